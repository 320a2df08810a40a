#include "store/scheduled.h"

#include <algorithm>
#include <utility>

#include "store/bytes.h"

namespace store {

std::string encode(const scheduled& s) {
  byte_writer out;
  out.fixed64(s.who.digits);
  out.fixed64(static_cast<std::uint64_t>(s.due.time_since_epoch().count()));
  out.text(s.about);
  out.text(s.personal);
  out.fixed64(s.handle);
  return out.take();
}

std::optional<scheduled> decode_scheduled(std::string_view octets) {
  byte_reader in(octets);
  scheduled s;
  s.who.digits = in.fixed64();
  s.due = instant{std::chrono::microseconds{static_cast<std::int64_t>(in.fixed64())}};
  s.about = in.text();
  s.personal = in.text();
  if (!in.complete()) s.handle = in.fixed64();  // an earlier version wrote none
  return in.complete() ? std::optional(std::move(s)) : std::nullopt;
}

scheduled_messages::scheduled_messages(std::function<void()> changed, std::size_t most)
    : changed_(std::move(changed)), most_(most) {}

bool scheduled_messages::add(scheduled s) {
  {
    const std::lock_guard lock(mutex_);
    if (by_id_.size() >= most_) return false;
    s.id = ++last_id_;
    to_write_.insert(s.id);
    insert(std::move(s));
  }
  changed_();
  return true;
}

void scheduled_messages::load(scheduled s) {
  const std::lock_guard lock(mutex_);
  last_id_ = std::max(last_id_, s.id);
  insert(std::move(s));
}

void scheduled_messages::insert(scheduled s) {
  if (s.who.is_hash()) s.personal.clear();
  by_number_.emplace(s.who.digits, s.id);
  by_time_.emplace(s.due, s.id);
  to_look_at_.insert(s.id);
  if (s.handle != 0) by_handle_[s.handle] = s.id;
  by_id_.emplace(s.id, std::move(s));
  size_ = by_id_.size();
}

void scheduled_messages::erase(std::uint64_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  by_number_.erase({found->second.who.digits, id});
  by_time_.erase({found->second.due, id});
  const auto named = by_handle_.find(found->second.handle);
  if (named != by_handle_.end() && named->second == id) by_handle_.erase(named);
  to_look_at_.erase(id);
  to_write_.insert(id);
  by_id_.erase(found);
  size_ = by_id_.size();
}

void scheduled_messages::remove(std::uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    erase(id);
  }
  changed_();
}

void scheduled_messages::expire(instant before) {
  bool any = false;
  {
    const std::lock_guard lock(mutex_);
    while (!by_time_.empty() && by_time_.begin()->first < before) {
      erase(by_time_.begin()->second);
      any = true;
    }
  }
  if (any) changed_();
}

std::optional<scheduled> scheduled_messages::find(std::uint64_t handle) const {
  if (size_ == 0 || handle == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? std::nullopt : std::optional(by_id_.at(found->second));
}

void scheduled_messages::move(std::uint64_t id, instant due) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    by_time_.erase({found->second.due, id});
    found->second.due = due;
    by_time_.emplace(due, id);
    to_write_.insert(id);
  }
  changed_();
}

void scheduled_messages::look_at_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, s] : by_id_)
    to_look_at_.insert(id);
}

void scheduled_messages::look_at(number who) {
  if (size_ == 0) return;
  const std::lock_guard lock(mutex_);
  for (auto it = by_number_.lower_bound({who.digits, 0}); it != by_number_.end() && it->first == who.digits; ++it)
    to_look_at_.insert(it->second);
}

std::vector<scheduled> scheduled_messages::take_to_look_at(std::size_t most) {
  std::vector<scheduled> taken;
  const std::lock_guard lock(mutex_);
  while (!to_look_at_.empty() && taken.size() < most)
    taken.push_back(by_id_.at(to_look_at_.extract(to_look_at_.begin()).value()));
  return taken;
}

void scheduled_messages::renumber(number from, number to) {
  if (from == to) return;
  bool any = false;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = by_number_.lower_bound({from.digits, 0}); it != by_number_.end() && it->first == from.digits;) {
      scheduled& s = by_id_.at(it->second);
      s.who = to;
      if (to.is_hash()) s.personal.clear();
      to_write_.insert(s.id);
      by_number_.emplace(to.digits, s.id);
      it = by_number_.erase(it);
      any = true;
    }
  }
  if (any) changed_();
}

std::vector<scheduled_messages::change> scheduled_messages::take_changed() {
  const std::lock_guard lock(mutex_);
  std::vector<change> taken;
  taken.reserve(to_write_.size());
  for (const std::uint64_t id : std::exchange(to_write_, {})) {
    const auto found = by_id_.find(id);
    taken.push_back({id, found == by_id_.end() ? std::nullopt : std::optional(found->second)});
  }
  return taken;
}

void scheduled_messages::not_written(const std::vector<change>& taken) {
  const std::lock_guard lock(mutex_);
  for (const change& c : taken)
    to_write_.insert(c.id);
}

}  // namespace store
