// How many messages a second a sender may send: a token bucket that holds the tokens of one second.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace proxy {

// Thread safe. All that it keeps is the instant at which the bucket will be full again.
class rate_limiter {
 public:
  using instant = std::chrono::steady_clock::time_point;

  // Takes a token, or the promise of one, and returns from when on it counts: `now`, or up to `patience` later.
  // Nothing, and nothing is taken, when it would be later than that.
  std::optional<instant> take(std::uint32_t per_second, instant now, std::chrono::nanoseconds patience) {
    const std::chrono::nanoseconds interval = std::chrono::nanoseconds(std::chrono::seconds{1}) / per_second;
    instant::rep full = full_at_.load(std::memory_order_relaxed);
    while (true) {
      const instant later = std::max(instant(instant::duration(full)), now) + interval;
      const instant turn = std::max(now, later - interval * per_second);
      if (turn > now + patience) return std::nullopt;
      if (full_at_.compare_exchange_weak(full, later.time_since_epoch().count(), std::memory_order_relaxed))
        return turn;
    }
  }

 private:
  std::atomic<instant::rep> full_at_{0};
};

}  // namespace proxy
