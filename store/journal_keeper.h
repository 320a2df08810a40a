// What stands between the threads that decide and the writer's thread that puts their decisions on disk: a queue with
// an end, the tail of the journal, and what is removed from it when.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "store/journal_tail.h"
#include "store/ledger.h"

namespace store {

class journal_keeper {
 public:
  using clock = std::chrono::steady_clock;

  // When the writer cannot keep up, or cannot write, so many decisions wait; then the oldest are dropped.
  static constexpr std::size_t most_waiting = std::size_t{64} * most_in_block;
  static constexpr std::chrono::milliseconds write_interval{500};  // of what makes no full block
  static constexpr std::chrono::hours removal_interval{1};

  explicit journal_keeper(const ledger::journal_end& e) : tail_(e.last_position, e.last_key) {}

  journal_texts texts;

  // --- any thread ---
  // `wake`: the writer has to look at due() again.
  void add(journal_batch lines, bool& wake);
  // Takes a full block and gives back an empty one, one that has been used before if there is one.
  journal_columns add(journal_columns full, bool& wake);
  // Calls done() on the writer's thread when all that has been added is on disk, or cannot be written.
  void flush(std::function<void()> done);
  // Entries older than this are removed at once, and then each hour; 0: nothing is.
  void keep_for(std::chrono::seconds retention);
  std::uint64_t dropped() const { return dropped_; }
  bool flush_wanted() const;
  // When the writer has to call write(): maybe at once.
  clock::time_point due() const;

  // --- the writer's thread ---
  // Asked before each write; nothing: no person has been erased.
  void set_renumbering(std::function<renumbering()> r) { known_as_ = std::move(r); }
  // From now on no destination that could not be read tells this number.
  void forget(number who) { forgotten_.add(who); }
  // A few blocks at most: events do not wait for long. With `all`, to the end.
  std::optional<failure> write(ledger& l, instant now, bool all);
  void give_up_flushes();

 private:
  using handed_in = std::variant<journal_batch, journal_columns>;
  struct share {  // what one write() does
    std::deque<handed_in> batches;
    std::vector<std::function<void()>> flushes;
    std::uint64_t remove_below = 0;
    bool all = false;
  };
  share take(instant now, bool all);
  void wait_in_line(handed_in h, bool& wake);

  mutable std::mutex mutex_;  // of what follows
  std::deque<handed_in> waiting_;
  std::size_t lines_waiting_ = 0;
  std::vector<journal_columns> spare_;
  std::vector<std::function<void()>> flushes_;
  std::chrono::seconds retention_{0};
  clock::time_point next_removal_ = clock::time_point::max();
  clock::time_point next_partial_{};
  bool unwritten_ = false;  // the tail holds lines that are not on disk

  std::atomic<std::uint64_t> dropped_{0};
  journal_tail tail_;
  std::function<renumbering()> known_as_;
  telling_digits forgotten_;
};

}  // namespace store
