// Takes erased persons out of the journal, one after the other, on a thread of its own: it reads a part, has the writer
// put the blocks of that part in place, and goes on to the next. Events are committed in between, however long the
// journal is.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "store/writer.h"

namespace store {

class journal_eraser {
 public:
  // Nothing: the journal tells the person no more. A failure: not yet; it is tried again, also after the next start.
  using told = std::function<void(std::optional<failure>)>;

  explicit journal_eraser(writer& w);  // outlives this
  ~journal_eraser();

  // Any thread. `done` is called once, on the thread of this, or where it is destroyed.
  void erase(const erased_person& person, told done);

 private:
  struct job {
    erased_person person;
    told done;
  };
  void run(const std::stop_token& stop);
  std::optional<failure> work_through(const erased_person& person, const std::stop_token& stop);
  std::optional<failure> write(std::vector<journal_record> blocks, const erased_person& person);

  writer& writer_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<job> jobs_;
  std::jthread thread_;
};

}  // namespace store
