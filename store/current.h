// A shared_ptr that one thread replaces while others take copies of it. Not std::atomic<std::shared_ptr>: in GCC 12 its
// load() unlocks without releasing, so that the next store races with the read before it.
#pragma once

#include <memory>
#include <mutex>

namespace store {

template <typename T>
class current {
 public:
  current& operator=(std::shared_ptr<T> fresh) {
    const std::lock_guard lock(mutex_);
    value_.swap(fresh);  // the earlier one, if this was its last owner, ends after the lock
    return *this;
  }
  std::shared_ptr<T> load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<T> value_;
};

}  // namespace store
