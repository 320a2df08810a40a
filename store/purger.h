// Sees to it that what erasures left in the files is gone within a day: one purge for all of them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "store/failure.h"

namespace store {

class purger {
 public:
  // `purge` is called on a thread of its own. Remains of an earlier run are not left for another day.
  purger(std::function<std::optional<failure>()> purge, bool remains);
  ~purger();

  void owe();  // any thread

 private:
  // By the first of two clocks: the one that goes on stands still while the machine sleeps, the wall clock may be set
  // back.
  struct moment {
    std::chrono::steady_clock::time_point steady;
    std::chrono::system_clock::time_point wall;

    static moment in(std::chrono::seconds s);
    bool has_come() const;
  };
  void run(const std::stop_token& stop);

  std::function<std::optional<failure>()> purge_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<moment> due_;
  std::jthread thread_;
};

}  // namespace store
