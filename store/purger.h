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
  void run(const std::stop_token& stop);

  std::function<std::optional<failure>()> purge_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<std::chrono::steady_clock::time_point> due_;
  std::jthread thread_;
};

}  // namespace store
