// Latencies by their logarithm: 32 steps for each doubling, so that a percentile is right to 3 %.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace bench {

class histogram {
 public:
  void add(std::uint64_t value) {
    ++counts_[index_of(value)];
    ++total_;
    max_ = std::max(max_, value);
  }

  std::uint64_t max() const { return max_; }

  // The value that `share` (0 to 1) of what was added does not exceed; 0 when nothing was.
  std::uint64_t percentile(double share) const {
    auto left = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return std::min(upper_bound_of(i), max_);
      left -= counts_[i];
    }
    return max_;
  }

 private:
  static constexpr std::uint64_t steps = 32;

  // Values below 32 have a step each; above, the exponent and the five bits after the leading one choose.
  static std::size_t index_of(std::uint64_t value) {
    if (value < steps) return value;
    const auto exponent = static_cast<std::uint64_t>(std::bit_width(value)) - 1;  // at least 5
    return (exponent - 4) * steps + ((value >> (exponent - 5)) - steps);
  }
  static std::uint64_t upper_bound_of(std::size_t index) {
    if (index < steps) return index;
    const std::uint64_t exponent = index / steps + 4;
    return ((index % steps + steps + 1) << (exponent - 5)) - 1;
  }

  std::array<std::uint64_t, 60 * steps> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
