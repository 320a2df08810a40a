// The one thread that writes: what waits is committed together, in one synced write (group commit). After a failed
// write the ledger is closed and opened again, about once a second, until it can be written: RocksDB refuses all writes
// after an error.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <variant>

#include "store/access_keeper.h"
#include "store/acknowledged.h"
#include "store/commit_group.h"
#include "store/consent_store.h"
#include "store/held_queue.h"
#include "store/journal_keeper.h"
#include "store/ledger.h"
#include "store/memory_keeper.h"

namespace store {

class writer {
 public:
  writer(std::filesystem::path path, std::unique_ptr<ledger> l, committed known, journal_keeper& j, access_keeper& a,
         memory_keeper& m, held_queue& h, std::function<void(double)> on_write);
  ~writer();  // commits what has been handed in

  void submit(std::vector<event> events, completion done);
  // What waits beside rows of an import does not wait for more than these.
  void submit_import(import_slice s, std::function<void(std::optional<failure>)> done);
  void submit_erasure(number who, event by, erasure_completion done);
  // Keeps the pending opt-in, or forgets that of this person and sender.
  enum class pending { keep, forget };
  void submit_pending(pending_opt_in p, pending what, std::function<void(std::optional<failure>)> done);
  void submit_proposal(proposed_correction p, proposal_completion done);
  // Blocks that take the place of others in the journal, or, without any, the end of the erasure.
  void submit_rewriting(std::vector<journal_record> blocks, const erased_person& person,
                        std::function<void(std::optional<failure>)> done);
  void wake();  // after the journal, the record of access or what is held has been given something

  bool failed() const { return failed_; }
  std::string condition() const;
  std::uint64_t last_sequence() const { return last_sequence_; }
  instant newest_recorded() const { return instant{std::chrono::microseconds{newest_recorded_}}; }

  // Calls use(ledger) unless the ledger is closed just now, which is a failure.
  template <typename Result, typename Use>
  Result with_ledger(Use use) const {
    const std::shared_lock lock(ledger_mutex_);
    if (!ledger_) return failure{"the store is being opened again after an error: " + condition()};
    return use(*ledger_);
  }

 private:
  struct recording {
    std::vector<event> events;
    completion done;
  };
  struct erasing {
    number who;
    event by;
    erasure_completion done;
  };
  struct keeping {
    pending_opt_in what;
    pending how;
    std::function<void(std::optional<failure>)> done;
  };
  struct rewriting {
    std::vector<journal_record> blocks;
    erased_person person;
    std::function<void(std::optional<failure>)> done;
  };
  struct proposing {
    proposed_correction what;
    proposal_completion done;
  };
  using request = std::variant<recording, erasing, keeping, proposing, rewriting>;
  struct importing {
    import_slice rows;
    std::function<void(std::optional<failure>)> done;
  };

  void run();
  void wait(std::unique_lock<std::mutex>& lock);
  void gather(std::unique_lock<std::mutex>& lock);
  std::vector<request> take();
  void commit(std::vector<request> requests);
  void commit(importing i);
  void rewrite(const rewriting& r);
  std::optional<failure> prepare(commit_group& g, request& r, std::vector<std::function<void()>>& results);
  std::optional<failure> write(commit_group& g);
  void write_journal(bool all);
  void write_access(bool synced);
  void write_memories();
  void write_held();
  void failed_with(const failure& why);
  void fail(std::vector<request>& requests, const failure& why);
  std::optional<failure> timed(const std::function<std::optional<failure>()>& write);
  void reopen();
  std::optional<failure> take_over();

  std::filesystem::path path_;
  committed known_;
  journal_keeper& journal_;
  access_keeper& access_;
  memory_keeper& memories_;
  held_queue& held_;
  std::function<void(double)> on_write_;
  mutable std::shared_mutex ledger_mutex_;  // exclusive only while the ledger is opened again
  std::unique_ptr<ledger> ledger_;
  acknowledged acknowledged_;

  std::atomic<std::uint64_t> last_sequence_;
  std::atomic<std::int64_t> newest_recorded_;
  std::atomic<bool> failed_{false};
  std::vector<number> in_doubt_;  // what a failed write may have replaced
  std::chrono::steady_clock::time_point last_attempt_;

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable work_;
  std::condition_variable hurry_;  // ends the gathering of what is to be written together
  std::chrono::steady_clock::time_point gather_until_;
  std::deque<request> queue_;
  std::deque<importing> imports_;
  std::string condition_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace store
