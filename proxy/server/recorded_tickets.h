// What the writer's thread tells a session of its replies. Those of one group commit are taken together: one turn of
// the session for all of them, not one for each.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace proxy {

class recorded_tickets {
 public:
  struct one {
    std::uint32_t ticket;
    bool on_disk;
  };

  // True for the first since take(): then somebody is to come and take them.
  bool add(one t) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(t);
    return waiting_.size() == 1;
  }

  // In the order in which they came; valid until the next call.
  const std::vector<one>& take() {
    taken_.clear();
    const std::lock_guard lock(mutex_);
    waiting_.swap(taken_);
    return taken_;
  }

 private:
  std::mutex mutex_;
  std::vector<one> waiting_;  // what follows is the taker's alone
  std::vector<one> taken_;
};

}  // namespace proxy
