// How many messages a second a sender may send: a token bucket that holds the tokens of one second.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace proxy {

// Thread safe. All that it keeps is the instant at which the bucket will be full again.
class rate_limiter {
 public:
  using instant = std::chrono::steady_clock::time_point;
  struct tokens {
    std::uint32_t per_second;
    std::uint32_t number = 1;

    std::chrono::nanoseconds worth(std::uint32_t n) const {
      return std::chrono::nanoseconds(std::chrono::seconds{1}) / per_second * n;
    }
  };

  // Takes a token when there is one.
  bool take(std::uint32_t per_second, instant now) {
    const tokens one{per_second};
    instant::rep full = full_at_.load(std::memory_order_relaxed);
    while (true) {
      const instant later = full_after(one, full, now);
      if (counts_from(one, later) > now) return false;
      if (exchange(full, later)) return true;
    }
  }

  // Takes tokens, of those that are yet to come, too, and returns from when on they count.
  instant promise(tokens t, instant now) {
    instant::rep full = full_at_.load(std::memory_order_relaxed);
    while (true) {
      const instant later = full_after(t, full, now);
      if (exchange(full, later)) return std::max(now, counts_from(t, later));
    }
  }

  // Tokens that were promised and will not be used. What was promised after them counts from when it was said to, so
  // that as many more than the rate may go until then.
  void give_back(tokens t) { full_at_.fetch_sub(duration(t.worth(t.number)).count(), std::memory_order_relaxed); }

 private:
  using duration = instant::duration;

  static instant full_after(tokens t, instant::rep full, instant now) {
    return std::max(instant(duration(full)), now) + t.worth(t.number);
  }
  static instant counts_from(tokens t, instant full) { return full - t.worth(t.per_second); }
  bool exchange(instant::rep& full, instant later) {
    return full_at_.compare_exchange_weak(full, later.time_since_epoch().count(), std::memory_order_relaxed);
  }

  std::atomic<instant::rep> full_at_{0};
};

}  // namespace proxy
