// How often each address has tried to bind lately.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <random>
#include <span>
#include <vector>

namespace proxy {

// Thread safe, for all workers and across reloads. Each address has a bucket of one minute's attempts, which fills up
// again evenly. Memory is bounded: 65536 addresses in sets of eight; where a set is full, the address that has tried
// least is forgotten, and may try anew.
class bind_attempts {
 public:
  using instant = std::chrono::steady_clock::time_point;
  using address = std::array<std::uint8_t, 16>;
  static constexpr std::size_t most_addresses = 65536;

  // Counts an attempt; or false, and it does not count.
  bool admit(const address& from, std::uint32_t per_minute, instant now) {
    const std::chrono::nanoseconds interval = std::chrono::nanoseconds(std::chrono::minutes{1}) / per_minute;
    const std::lock_guard lock(mutex_);
    if (slots_.empty()) slots_.resize(most_addresses);
    slot& s = slot_of(from);
    if (s.from != from) s = {from, now};
    const instant full_at = std::max(s.full_at, now) + interval;
    if (full_at > now + interval * per_minute) return false;
    s.full_at = full_at;
    return true;
  }

 private:
  struct slot {
    address from{};
    instant full_at{};
  };
  static constexpr std::size_t set_size = 8;

  // Nobody outside knows which addresses share a set.
  std::size_t set_of(const address& from) const {
    std::uint64_t mixed = seed_;
    for (std::size_t at = 0; at < from.size(); at += sizeof mixed) {
      std::uint64_t half = 0;
      std::memcpy(&half, from.data() + at, sizeof half);
      mixed = (mixed ^ half) * 0x9E3779B97F4A7C15U;  // 2^64 by the golden ratio
      mixed ^= mixed >> 29U;
    }
    return mixed % (most_addresses / set_size);
  }

  slot& slot_of(const address& from) {
    const auto set = std::span(slots_).subspan(set_of(from) * set_size, set_size);
    const auto known = std::ranges::find(set, from, &slot::from);
    return known != set.end() ? *known : *std::ranges::min_element(set, {}, &slot::full_at);
  }

  std::mutex mutex_;
  std::uint64_t seed_ = (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
  std::vector<slot> slots_;  // none before the first attempt
};

}  // namespace proxy
