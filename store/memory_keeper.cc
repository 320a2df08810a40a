#include "store/memory_keeper.h"

#include "store/database.h"

namespace store {
namespace {

constexpr char correspondence_key = 'w';
constexpr char scheduled_key = 's';
constexpr char sent_key = 'm';
constexpr char address_key = 'a';

std::uint64_t number_in(const std::string& key) {
  return from_big_endian({key.data() + 1, key.size() - 1});
}

}  // namespace

void memory_keeper::changed() {
  if (due_.load() != never) return;
  clock::rep nothing = never;
  const bool first = due_.compare_exchange_strong(nothing, (clock::now() + write_interval).time_since_epoch().count());
  if (first && wake_) wake_();
}

// A process that ended between an erasure and what follows from it here has left the number: that is made good now.
std::optional<failure> memory_keeper::load(const ledger& l, const std::function<number(number)>& kept) {
  auto why = l.each_memory({correspondence_key}, [&](const ledger::memory& m) {
    return correspondence.load({static_cast<std::uint32_t>(number_in(m.key)), m.value});
  });
  if (why) return why;
  why = l.each_memory({address_key},
                      [&](const ledger::memory& m) { return address_users.load(m.key.substr(1), m.value); });
  if (why) return why;
  why = l.each_memory({sent_key}, [&](const ledger::memory& m) {
    auto s = decode_sent_message(m.value);
    if (!s) return false;
    const number was = s->to;
    sent.load(number_in(m.key), *std::move(s));
    sent.renumber(was, kept(was));
    return true;
  });
  if (why) return why;
  return l.each_memory({scheduled_key}, [&](const ledger::memory& m) {
    auto s = decode_scheduled(m.value);
    if (!s) return false;
    s->id = number_in(m.key);
    const number was = s->who;
    scheduled.load(*std::move(s));
    scheduled.renumber(was, kept(was));
    return true;
  });
}

void memory_keeper::forget(number who, number hash) {
  correspondence.forget(who);
  scheduled.renumber(who, hash);
  sent.renumber(who, hash);
}

// What changes from now on is due anew; what changed before is taken now.
std::optional<failure> memory_keeper::write(ledger& l) {
  due_ = never;
  const auto lines = correspondence.take_changed();
  const auto messages = scheduled.take_changed();
  const auto own = sent.take_changed();
  const auto addresses = address_users.take_changed();
  std::vector<ledger::memory> changed;
  changed.reserve(lines.size() + messages.size() + own.size() + addresses.size());
  for (const correspondence::line& line : lines)
    changed.push_back({correspondence_key + big_endian(line.place, 4), line.octets});
  for (const scheduled_messages::change& c : messages)
    changed.push_back({scheduled_key + big_endian(c.id), c.now ? encode(*c.now) : std::string()});
  for (const sent_messages::change& c : own)
    changed.push_back({sent_key + big_endian(c.id), c.now ? encode(*c.now) : std::string()});
  for (const store::address_users::line& line : addresses)
    changed.push_back({address_key + line.address, line.octets});
  if (changed.empty()) return std::nullopt;
  auto why = l.remember(changed);
  if (why) {
    correspondence.not_written(lines);
    scheduled.not_written(messages);
    sent.not_written(own);
    address_users.not_written(addresses);
    due_ = clock::now().time_since_epoch().count();
  }
  return why;
}

}  // namespace store
