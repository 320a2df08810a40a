// Imports in the background: one at a time, on a thread of their own, the others in a queue.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "proxy/admin/services.h"
#include "store/import.h"
#include "store/telling_digits.h"

namespace proxy {

enum class import_state { queued, running, done, failed };

struct import_request {
  std::filesystem::path file;  // removed after the import
  std::uint64_t octets = 0;
  std::string actor;
  std::string name;  // what the operator calls it; may be empty
  store::import_kind kind = store::import_kind::events;
  std::string reason;  // of reassignments
  bool dry_run = false;
};

// What is known of one import; progress may be read while it runs.
struct import_job {
  std::string id;
  import_request what;
  std::filesystem::path refusals_file;  // every refused row as a line of JSON
  store::import_progress progress;

  std::mutex file_mutex;  // of the refusals file, once the import has ended
  // The members below under this mutex.
  std::mutex mutex;
  import_state state = import_state::queued;
  std::vector<store::refused_row> refusals;  // the first of them
  std::vector<std::string> warnings;         // the first of them
  std::string error;                         // why it failed
  bool refusals_are_whole = true;            // false: the disk was full
  store::telling_digits forgotten;           // persons who were erased while it ran
};

class import_jobs {
 public:
  static constexpr std::size_t max_queued = 16;
  static constexpr std::size_t max_kept = 64;
  static constexpr std::size_t max_listed = 1000;  // refusals and warnings of a report

  // `spool` is made when it does not exist, and emptied: what a run that was killed left there is of no use.
  // `s` outlives the jobs.
  import_jobs(std::filesystem::path spool, const services& s);
  ~import_jobs();  // the import that runs ends between two rows; what waits is dropped
  import_jobs(const import_jobs&) = delete;
  import_jobs& operator=(const import_jobs&) = delete;

  std::filesystem::path new_file() const;  // a name in the spool that nothing has
  bool full() const;

  // Nothing when the queue is full.
  std::shared_ptr<import_job> submit(import_request r);
  std::shared_ptr<import_job> find(const std::string& id) const;  // nullptr: never was, or is no longer kept

  // Takes what tells the number out of the lists of refused rows, of the import that runs once it ends.
  std::optional<store::failure> forget(store::number who);

 private:
  void run();
  void run_one(import_job& j);
  void forget_old();

  std::filesystem::path spool_;
  const services* services_;
  mutable std::mutex mutex_;
  std::condition_variable something_to_do_;
  std::deque<std::shared_ptr<import_job>> queue_;
  std::deque<std::shared_ptr<import_job>> kept_;  // oldest first
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// What the configuration tells an import of a scope.
store::scope_rules rules_of(const config& c, const store::scope& s);

// A refused row as the reports show it, and back.
boost::json::object to_json(const store::refused_row& r);
store::refused_row refused_row_of(const boost::json::value& v);
boost::json::object to_json(const store::import_figures& f);
boost::json::object to_json(import_job& j);

}  // namespace proxy
