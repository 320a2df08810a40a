#include "smpp/reassembler.h"

namespace smpp {

reassembler::reassembler(std::size_t capacity, std::chrono::seconds lifetime)
    : capacity_(capacity), lifetime_(lifetime) {}

reassembler::joined reassembler::add(std::string_view source_addr, std::string_view destination_addr,
                                     const concatenation& which, std::string part, time_point now) {
  forget_old(now);
  const auto [it, is_new] =
      known_.try_emplace(key{source_addr, destination_addr, which.reference, which.total}, message_parts{{}, now});
  if (is_new) by_age_.push_back(it);
  auto& parts = it->second.parts;
  const auto earlier = parts.find(which.segment);
  // A reference number comes round again: another text for a message that was whole begins a new one.
  const bool was_whole = parts.size() == which.total;
  if (was_whole && earlier != parts.end() && earlier->second != part) parts.clear();
  parts[which.segment] = std::move(part);

  joined result;
  for (const auto& [segment, text] : parts)
    result.text += text;
  result.complete = parts.size() == which.total;
  if (known_.size() > capacity_) forget_oldest();
  return result;
}

void reassembler::forget_old(time_point now) {
  while (!by_age_.empty() && now - by_age_.front()->second.first_seen >= lifetime_)
    forget_oldest();
}

void reassembler::forget_oldest() {
  known_.erase(by_age_.front());
  by_age_.pop_front();
}

}  // namespace smpp
