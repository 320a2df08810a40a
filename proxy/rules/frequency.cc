#include "proxy/rules/frequency.h"

#include <algorithm>
#include <utility>

namespace proxy {
namespace {

// The parts of a message follow one another; later the same reference means another message.
constexpr std::uint32_t parts_within = 3600;
constexpr std::size_t most_changes = 1'000'000;

std::uint32_t seconds_of(std::chrono::sys_seconds t) {
  return static_cast<std::uint32_t>(t.time_since_epoch().count());
}

}  // namespace

frequency_memory::admission frequency_memory::admit(recipient who, concatenated message, const frequency_cap& cap,
                                                    store::instant now, bool even_beyond) {
  const std::uint32_t second = seconds_of(std::chrono::floor<std::chrono::seconds>(now));
  const std::lock_guard lock(mutex_);
  forget_old(second, cap.per);
  const auto known = histories_.find(who);
  if (known != histories_.end()) {
    history& h = known->second;
    const bool same = message.total > 1 && h.last == message && h.parts < message.total && h.parts > 0 &&
                      second <= h.last_at + parts_within;
    if (same) {
      ++h.parts;
      return {true, true, h.last_place};
    }
  }
  const bool within = known == histories_.end() || known->second.count < cap.messages;
  if (!within && !even_beyond) return {false, false, 0};

  // Rounded up: never counted for less than the window.
  const std::uint32_t at = seconds_of(std::chrono::ceil<std::chrono::seconds>(now));
  // Higher than in any earlier run of the gate.
  last_place_ = std::max<std::uint64_t>(last_place_ + 1, static_cast<std::uint64_t>(now.time_since_epoch().count()));
  const std::uint64_t place = last_place_;
  const frequency_record r{who, place, at, message, false};
  messages_.push_back({who, place, at, message.total > 1, false});
  history& h = histories_[who];
  h = {h.count + 1, at, place, message, 1};
  change(r);
  if (messages_.size() > most_) {
    ++forgotten_;
    forget_oldest();
  }
  return {within, true, place};
}

void frequency_memory::take_back(recipient who, std::uint64_t place) {
  const std::lock_guard lock(mutex_);
  counted_message* const m = find(who, place);
  if (m == nullptr) return;
  const auto known = histories_.find(who);
  const bool newest = known != histories_.end() && known->second.last_place == place;
  if (newest ? --known->second.parts > 0 : m->in_parts) return;
  m->taken_back = true;
  change({who, place, m->at, {}, true});
  remove_one(who);
}

void frequency_memory::restore(const frequency_record& r) {
  const std::lock_guard lock(mutex_);
  if (r.taken_back) {
    if (counted_message* const m = find(r.who, r.place)) {
      m->taken_back = true;
      remove_one(r.who);
    }
    return;
  }
  if (r.place <= last_place_) return;
  last_place_ = r.place;
  messages_.push_back({r.who, r.place, r.at, r.message.total > 1, false});
  history& h = histories_[r.who];
  h = {h.count + 1, r.at, r.place, r.message, 1};
  if (messages_.size() > most_) forget_oldest();
}

std::vector<frequency_record> frequency_memory::take_changes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(changes_, {});
}

std::size_t frequency_memory::size() const {
  const std::lock_guard lock(mutex_);
  return messages_.size();
}

std::uint64_t frequency_memory::forgotten() const {
  const std::lock_guard lock(mutex_);
  return forgotten_;
}

std::uint64_t frequency_memory::numbers() const {
  const std::lock_guard lock(mutex_);
  return histories_.size();
}

void frequency_memory::forget_old(std::uint32_t now, std::chrono::seconds per) {
  while (!messages_.empty() && messages_.front().at + per.count() <= now)
    forget_oldest();
}

void frequency_memory::forget_oldest() {
  const counted_message oldest = messages_.front();
  messages_.pop_front();
  if (!oldest.taken_back) remove_one(oldest.who);
}

// One that counts.
frequency_memory::counted_message* frequency_memory::find(recipient who, std::uint64_t place) {
  const auto found = std::ranges::lower_bound(messages_, place, {}, &counted_message::place);
  if (found == messages_.end() || found->place != place || found->who != who || found->taken_back) return nullptr;
  return &*found;
}

void frequency_memory::remove_one(recipient who) {
  const auto known = histories_.find(who);
  if (known != histories_.end() && --known->second.count == 0) histories_.erase(known);
}

void frequency_memory::change(const frequency_record& r) {
  if (changes_.size() == most_changes) changes_.clear();
  changes_.push_back(r);
}

}  // namespace proxy
