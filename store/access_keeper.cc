#include "store/access_keeper.h"

#include <algorithm>
#include <utility>

namespace store {

void access_keeper::add(access_use u, completion done) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({std::move(u), std::move(done)});
}

bool access_keeper::waiting() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

access_keeper::clock::time_point access_keeper::due() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() ? sync_due_.value_or(clock::time_point::max()) : clock::time_point::min();
}

std::vector<access_keeper::use> access_keeper::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

// After a failure the last time stays used: what was written in part may turn up again.
std::optional<failure> access_keeper::write(ledger& l, instant now, bool synced) {
  const std::vector<use> uses = take();
  const auto moment = clock::now();
  std::vector<access_record> records;
  for (const use& u : uses) {
    last_ = std::max(now, last_ + std::chrono::microseconds{1});
    records.push_back({last_, u.what});
  }
  {
    const std::lock_guard lock(mutex_);
    synced |= sync_due_ && *sync_due_ <= moment;
    if (records.empty() && !(synced && sync_due_)) return std::nullopt;
  }
  auto why = l.write(records, synced);
  {
    const std::lock_guard lock(mutex_);
    if (synced || why) {
      sync_due_.reset();
    } else if (!sync_due_) {
      sync_due_ = moment + longest_unsynced;
    }
  }
  for (const use& u : uses)
    u.done(why);
  return why;
}

void access_keeper::synced() {
  const std::lock_guard lock(mutex_);
  sync_due_.reset();
}

void access_keeper::give_up(const failure& why) {
  for (const use& u : take())
    u.done(why);
}

}  // namespace store
