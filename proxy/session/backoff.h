// How long to wait before the next attempt: twice as long each time, up to a minute, and a random part of it less, so
// that not all who lost the same peer come back in the same moment.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace proxy {

class backoff {
 public:
  static constexpr std::chrono::milliseconds first{1000};
  static constexpr std::chrono::milliseconds longest{60000};

  explicit backoff(std::uint32_t seed) : random_(seed) {}

  // Between a half of the whole time and all of it.
  std::chrono::milliseconds next() {
    const auto whole = std::exchange(whole_, std::min(whole_ * 2, longest));
    return whole / 2 + std::chrono::milliseconds(random_() % static_cast<unsigned>(whole.count() / 2 + 1));
  }
  void reset() { whole_ = first; }

 private:
  std::chrono::milliseconds whole_ = first;
  std::minstd_rand random_;
};

}  // namespace proxy
