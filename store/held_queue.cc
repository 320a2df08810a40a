#include "store/held_queue.h"

#include <utility>

#include "store/database.h"

namespace store {
namespace {

constexpr std::size_t position_octets = 8;
constexpr std::size_t about_octets = 8;

// Names hold no NUL.
std::string key_of(const std::string& name, std::uint64_t position) {
  return name + '\0' + big_endian(position);
}

}  // namespace

bool held_queue::add(const std::string& name, number about, std::string octets, const held_bounds& most,
                     held_completion done) {
  const std::lock_guard lock(mutex_);
  line& l = lines_[name];
  if (l.total.items >= most.items || l.total.octets + octets.size() > most.octets) return false;
  ++l.total.items;
  l.total.octets += octets.size();
  added_.push_back({name, l.next++, about, std::move(octets), std::move(done)});
  return true;
}

void held_queue::remove(const std::string& name, std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  drop(name, position);
  removed_.push_back({name, position});
}

void held_queue::read(const std::string& name, std::uint64_t after, std::size_t most, held_reader done) {
  const std::lock_guard lock(mutex_);
  readings_.push_back({name, after, most, std::move(done)});
}

held_size held_queue::size(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = lines_.find(name);
  return found == lines_.end() ? held_size{} : found->second.total;
}

std::map<std::string, held_size> held_queue::sizes() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, held_size> all;
  for (const auto& [name, l] : lines_)
    all[name] = l.total;
  return all;
}

bool held_queue::waiting() const {
  const std::lock_guard lock(mutex_);
  return !added_.empty() || !readings_.empty();
}

bool held_queue::due() const {
  const std::lock_guard lock(mutex_);
  return !added_.empty() || !readings_.empty() || !removed_.empty();
}

// Under the mutex.
void held_queue::drop(const std::string& name, std::uint64_t position) {
  line& l = lines_[name];
  const auto item = l.items.find(position);
  if (item == l.items.end()) return;
  --l.total.items;
  l.total.octets -= item->second;
  l.items.erase(item);
}

std::optional<failure> held_queue::load(const ledger& l) {
  const std::lock_guard lock(mutex_);
  return l.each_held([&](std::string_view key, std::string_view value) {
    if (key.size() <= position_octets || value.size() < about_octets + sealing_key::overhead) return false;
    const std::uint64_t position = from_big_endian({key.data() + key.size() - position_octets, position_octets});
    line& of = lines_[std::string(key.substr(0, key.size() - position_octets - 1))];
    const auto octets = static_cast<std::uint32_t>(value.size() - about_octets - sealing_key::overhead);
    of.items[position] = octets;
    ++of.total.items;
    of.total.octets += octets;
    of.next = position + 1;
    return true;
  });
}

std::optional<failure> held_queue::write(ledger& l) {
  std::vector<addition> added;
  std::vector<removal> removed;
  std::vector<reading> readings;
  {
    const std::lock_guard lock(mutex_);
    added.swap(added_);
    removed.swap(removed_);
    readings.swap(readings_);
  }
  auto why = write(l, added, removed);
  {
    const std::lock_guard lock(mutex_);
    // What a failed write put on disk all the same is not known here: nobody was told that it is held.
    for (const addition& a : added) {
      line& of = lines_[a.name];
      if (!why) {
        of.items[a.position] = static_cast<std::uint32_t>(a.octets.size());
      } else {
        --of.total.items;
        of.total.octets -= a.octets.size();
      }
    }
    if (why) removed_.insert(removed_.begin(), removed.begin(), removed.end());
  }
  for (const addition& a : added)
    a.done(why);
  for (const reading& r : readings)
    r.done(why ? std::variant<held_batch, failure>(*why) : read(l, r));
  return why;
}

std::optional<failure> held_queue::write(ledger& l, const std::vector<addition>& added,
                                         const std::vector<removal>& removed) {
  if (added.empty() && removed.empty()) return std::nullopt;
  std::vector<ledger::held_record> changes;
  for (const removal& r : removed)
    changes.push_back({key_of(r.name, r.position), {}});
  for (const addition& a : added) {
    std::string key = key_of(a.name, a.position);
    std::string value = big_endian(a.about.digits) + key_.seal(a.octets, key);
    changes.push_back({std::move(key), std::move(value)});
  }
  return l.write(changes, !added.empty());
}

// What is gone since it was counted belonged to a person who was erased.
std::variant<held_batch, failure> held_queue::read(const ledger& l, const reading& r) {
  std::vector<std::uint64_t> wanted;
  {
    const std::lock_guard lock(mutex_);
    const line& of = lines_[r.name];
    for (auto at = of.items.upper_bound(r.after); at != of.items.end() && wanted.size() < r.most; ++at)
      wanted.push_back(at->first);
  }
  held_batch batch;
  for (const std::uint64_t position : wanted) {
    const std::string key = key_of(r.name, position);
    auto value = l.held(key);
    if (auto* why = std::get_if<failure>(&value)) return std::move(*why);
    const auto& there = std::get<std::optional<std::string>>(value);
    auto octets = there && there->size() > about_octets ? key_.open(std::string_view(*there).substr(about_octets), key)
                                                        : std::nullopt;
    if (octets) {
      batch.items.push_back({position, std::move(*octets)});
      continue;
    }
    if (there) ++batch.damaged;
    const std::lock_guard lock(mutex_);
    drop(r.name, position);
  }
  // Nothing inside would mean the end.
  if (batch.items.empty() && !wanted.empty()) {
    auto rest = read(l, {r.name, wanted.back(), r.most, nullptr});
    if (auto* more = std::get_if<held_batch>(&rest)) more->damaged += batch.damaged;
    return rest;
  }
  return batch;
}

void held_queue::give_up(const failure& why) {
  std::vector<addition> added;
  std::vector<reading> readings;
  {
    const std::lock_guard lock(mutex_);
    added.swap(added_);
    readings.swap(readings_);
    for (const addition& a : added) {
      line& of = lines_[a.name];
      --of.total.items;
      of.total.octets -= a.octets.size();
    }
  }
  for (const addition& a : added)
    a.done(why);
  for (const reading& r : readings)
    r.done(why);
}

}  // namespace store
