#include "proxy/rules/message_memory.h"

#include <span>

namespace proxy {

message_memory::message_memory(const std::string& key)
    : hash_(std::span(reinterpret_cast<const std::uint8_t*>(key.data()), key.size())) {}

recipient message_memory::recipient_of(store::number who) const {
  const store::digest256 digest = hash_.of(store::to_string(who));
  recipient first = 0;
  for (std::size_t i = 0; i < sizeof first; ++i)
    first = first << 8U | digest[i];
  return first;
}

std::shared_ptr<frequency_memory> message_memory::frequency_of(const std::string& sender) {
  const std::lock_guard lock(mutex_);
  auto& memory = by_sender_[sender];
  if (!memory) memory = std::make_shared<frequency_memory>();
  return memory;
}

std::shared_ptr<rate_limiter> message_memory::rate_of(const std::string& sender) {
  const std::lock_guard lock(mutex_);
  auto& limiter = rates_[sender];
  if (!limiter) limiter = std::make_shared<rate_limiter>();
  return limiter;
}

std::uint64_t message_memory::forgotten() {
  std::uint64_t all = 0;
  for_each([&](const std::string&, const frequency_memory& m) { all += m.forgotten(); });
  return all;
}

void message_memory::for_each(const std::function<void(const std::string& sender, frequency_memory&)>& visit) {
  const std::lock_guard lock(mutex_);
  for (const auto& [sender, memory] : by_sender_)
    visit(sender, *memory);
}

}  // namespace proxy
