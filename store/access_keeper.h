// What stands between those who ask the store and the writer's thread that records that they did. A use is written at
// once, without a sync: the end of the process does not undo it. The sync comes with the next commit, or a second
// later.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "store/access.h"
#include "store/ledger.h"

namespace store {

class access_keeper {
 public:
  using clock = std::chrono::steady_clock;
  using completion = std::function<void(std::optional<failure>)>;

  static constexpr std::chrono::seconds longest_unsynced{1};

  explicit access_keeper(instant last) : last_(last) {}

  // --- any thread ---
  // done() is called on the writer's thread once the use is written, or cannot be and is dropped.
  void add(access_use u, completion done);
  bool waiting() const;
  // When the writer has to call write(): maybe at once.
  clock::time_point due() const;

  // --- the writer's thread ---
  std::optional<failure> write(ledger& l, instant now, bool synced);
  void synced();  // by a commit
  void give_up(const failure& why);

 private:
  struct use {
    access_use what;
    completion done;
  };
  std::vector<use> take();

  mutable std::mutex mutex_;  // of what follows
  std::vector<use> waiting_;
  std::optional<clock::time_point> sync_due_;

  instant last_;  // that a use has
};

}  // namespace store
