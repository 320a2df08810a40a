// A lock of one octet for sections of some ten nanoseconds.
#pragma once

#include <atomic>
#include <thread>

namespace store {

class spin_lock {
 public:
  void lock() {
    for (int turns = 0; taken_.exchange(true, std::memory_order_acquire); ++turns)
      if (turns > 64) std::this_thread::yield();  // its holder may have lost the processor
  }
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

}  // namespace store
