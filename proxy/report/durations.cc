#include "proxy/report/durations.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace proxy {
namespace {

constexpr int step_bits = 10;  // 1024 steps

std::uint64_t step_of(std::uint64_t microseconds) {
  const int bits = static_cast<int>(std::bit_width(microseconds));
  if (bits <= step_bits + 1) return microseconds;
  const auto surplus = static_cast<unsigned>(bits - step_bits - 1);
  return (std::uint64_t{surplus} << (step_bits + 1U)) + (microseconds >> surplus);
}

}  // namespace

void durations::add(value v) {
  v = std::max(v, value{0});
  step& s = steps_[step_of(static_cast<std::uint64_t>(v.count()))];
  ++s.count;
  s.longest = std::max(s.longest, v);
  ++count_;
  longest_ = std::max(longest_, v);
}

durations::value durations::at(double share) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t passed = 0;
  for (const auto& [place, s] : steps_) {
    passed += s.count;
    if (passed >= std::max<std::uint64_t>(rank, 1)) return s.longest;
  }
  return longest_;
}

}  // namespace proxy
