#include "store/sent_messages.h"

#include <utility>

#include "store/bytes.h"

namespace store {

std::string encode(const sent_message& s) {
  byte_writer out;
  out.fixed64(s.to.digits);
  out.fixed64(static_cast<std::uint64_t>(s.at.time_since_epoch().count()));
  out.text(s.message_id);
  return out.take();
}

std::optional<sent_message> decode_sent_message(std::string_view octets) {
  byte_reader in(octets);
  sent_message s;
  s.to.digits = in.fixed64();
  s.at = instant{std::chrono::microseconds{static_cast<std::int64_t>(in.fixed64())}};
  s.message_id = in.text();
  return in.complete() ? std::optional(std::move(s)) : std::nullopt;
}

sent_messages::sent_messages(std::function<void()> changed, std::size_t most)
    : changed_(std::move(changed)), most_(most) {}

void sent_messages::add(sent_message s) {
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t id = all_.empty() ? 1 : all_.rbegin()->first + 1;
    to_write_.insert(id);
    insert(id, std::move(s));
    if (all_.size() > most_) erase(all_.begin());
  }
  changed_();
}

void sent_messages::load(std::uint64_t id, sent_message s) {
  const std::lock_guard lock(mutex_);
  insert(id, std::move(s));
}

void sent_messages::insert(std::uint64_t id, sent_message s) {
  by_number_.emplace(s.to.digits, id);
  all_.emplace(id, std::move(s));
  size_ = all_.size();
}

void sent_messages::erase(std::map<std::uint64_t, sent_message>::iterator it) {
  by_number_.erase({it->second.to.digits, it->first});
  to_write_.insert(it->first);
  all_.erase(it);
  size_ = all_.size();
}

std::vector<std::string> sent_messages::ids_to(number who) const {
  std::vector<std::string> ids;
  const std::lock_guard lock(mutex_);
  for (auto it = by_number_.lower_bound({who.digits, 0}); it != by_number_.end() && it->first == who.digits; ++it)
    ids.push_back(all_.at(it->second).message_id);
  return ids;
}

void sent_messages::forget(instant before) {
  bool any = false;
  {
    const std::lock_guard lock(mutex_);
    for (; !all_.empty() && all_.begin()->second.at < before; any = true)
      erase(all_.begin());
  }
  if (any) changed_();
}

void sent_messages::renumber(number from, number to) {
  if (from == to) return;
  bool any = false;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = by_number_.lower_bound({from.digits, 0}); it != by_number_.end() && it->first == from.digits;) {
      const std::uint64_t id = it->second;
      all_.at(id).to = to;
      to_write_.insert(id);
      it = by_number_.erase(it);
      by_number_.emplace(to.digits, id);
      any = true;
    }
  }
  if (any) changed_();
}

std::vector<sent_messages::change> sent_messages::take_changed() {
  const std::lock_guard lock(mutex_);
  std::vector<change> taken;
  taken.reserve(to_write_.size());
  for (const std::uint64_t id : std::exchange(to_write_, {})) {
    const auto found = all_.find(id);
    taken.push_back({id, found == all_.end() ? std::nullopt : std::optional(found->second)});
  }
  return taken;
}

void sent_messages::not_written(const std::vector<change>& taken) {
  const std::lock_guard lock(mutex_);
  for (const change& c : taken)
    to_write_.insert(c.id);
}

}  // namespace store
