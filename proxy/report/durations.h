// Many durations in little memory: how many there are of each, to a thousandth.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

namespace proxy {

class durations {
 public:
  using value = std::chrono::microseconds;

  void add(value v);  // a negative one counts as none
  std::uint64_t count() const { return count_; }
  // The smallest of them that this share of all (0 to 1) does not exceed: at most a thousandth too long, and exact
  // while few of them are alike. Zero when there are none.
  value at(double share) const;
  value longest() const { return longest_; }

 private:
  struct step {
    std::uint64_t count = 0;
    value longest{0};
  };
  std::map<std::uint64_t, step> steps_;  // 1024 for each doubling
  std::uint64_t count_ = 0;
  value longest_{0};
};

}  // namespace proxy
