// When the person acted, for what the gate makes itself: later than any act of the same number, also those that are
// still on their way to the disk, and whatever the clock does.
#pragma once

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "store/instant.h"
#include "store/number.h"

namespace store {

class act_times {
 public:
  // The time of an act at `at`; `known` is the latest act on record. Ended by end() once it is on record itself.
  instant begin(number who, instant at, instant known) {
    const std::lock_guard lock(mutex_);
    acts_under_way& acts = under_way_[who.digits];
    constexpr std::chrono::microseconds tick{1};
    acts.latest = std::max({at, known + tick, acts.latest + tick});
    ++acts.count;
    return acts.latest;
  }

  void end(number who) {
    const std::lock_guard lock(mutex_);
    const auto at = under_way_.find(who.digits);
    if (at != under_way_.end() && --at->second.count == 0) under_way_.erase(at);
  }

 private:
  struct acts_under_way {
    instant latest{};
    int count = 0;
  };
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, acts_under_way> under_way_;
};

}  // namespace store
