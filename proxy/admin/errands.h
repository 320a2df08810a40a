// What takes long and must not hold up the API: done one after the other on a thread of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace proxy {

class errands {
 public:
  errands();
  ~errands();  // the one under way is finished, and so are those that wait
  errands(const errands&) = delete;
  errands& operator=(const errands&) = delete;

  void add(std::function<void()> errand);  // any thread

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable something_to_do_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace proxy
