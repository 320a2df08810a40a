// A correction that one person has proposed and a second one must approve. It is no event and changes nothing; it is
// kept on disk so that a restart loses no proposal, and gone once the event is corrected, or lapsed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "store/event.h"

namespace store {

struct proposed_correction {
  event_id target{};           // the event that would count no more
  std::uint64_t sequence = 0;  // its place
  std::string actor, reason;
  instant proposed_at{};  // given by the store

  static constexpr std::chrono::hours open_for{24};
  instant until() const { return proposed_at + open_for; }
  bool lapsed(instant now) const { return until() <= now; }
};

// The key and the value under which it is stored.
std::string key_of_proposal(const event_id& target);
std::string encode(const proposed_correction& p);
std::optional<proposed_correction> decode_proposed_correction(std::string_view key, std::string_view octets);

}  // namespace store
