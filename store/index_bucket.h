// Three numbers in one line of cache: what is looked up is one read from memory.
#pragma once

#include <cstdint>

#include "store/profiles.h"

namespace store {

// A slot with the key 0 is empty. `displaced` says of one eighth of all numbers each whether one of them found this
// bucket full and went on to its next: where that is not so, no other bucket need be looked at.
struct alignas(64) index_bucket {
  static constexpr std::size_t slots = 3;

  std::uint64_t keys[slots];
  std::uint64_t times[slots];      // microseconds since 1970, 52 bits; above them the low 12 bits of the profile
  std::uint32_t sequences[slots];  // the low 32 bits
  std::uint8_t high[slots];        // the high 4 bits of the profile; above them the high 4 of the sequence
  std::uint8_t displaced;

  static constexpr std::uint64_t most_time = (std::uint64_t{1} << 52U) - 1;
  static constexpr std::uint64_t most_sequence = (std::uint64_t{1} << 36U) - 1;

  static bool fits(const fact& f) {
    const auto time = f.occurred_at.time_since_epoch().count();
    return time >= 0 && static_cast<std::uint64_t>(time) <= most_time && f.sequence <= most_sequence;
  }

  // Beside the key, which stands there already.
  void put(std::size_t slot, profile_id p, std::uint64_t time, std::uint64_t sequence) {
    times[slot] = time | std::uint64_t{p} << 52U;
    sequences[slot] = static_cast<std::uint32_t>(sequence);
    high[slot] = static_cast<std::uint8_t>(p >> 12U | sequence >> 32U << 4U);
  }
  profile_id profile_of(std::size_t slot) const {
    return static_cast<profile_id>(times[slot] >> 52U | (high[slot] & 15U) << 12U);
  }
  std::uint64_t sequence_of(std::size_t slot) const { return sequences[slot] | std::uint64_t{high[slot]} >> 4U << 32U; }
  instant time_of(std::size_t slot) const {
    return instant{std::chrono::microseconds{static_cast<std::int64_t>(times[slot] & most_time)}};
  }
};
static_assert(sizeof(index_bucket) == 64);

}  // namespace store
