#include "proxy/admin/import_jobs.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <stdexcept>

#include "proxy/admin/acts.h"
#include "proxy/admin/configured.h"
#include "proxy/observe/log.h"
#include "store/hexadecimal.h"
#include "store/number_in_text.h"

namespace proxy {
namespace {

std::string random_name() {
  std::array<unsigned char, 12> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    throw std::runtime_error("the system gives no random octets");
  return store::hexadecimal(octets);
}

void prepare(const std::filesystem::path& spool) {
  std::error_code error;
  std::filesystem::create_directories(spool, error);
  for (std::filesystem::directory_iterator i(spool, error), end; !error && i != end; i.increment(error)) {
    std::filesystem::remove_all(i->path(), error);
    if (error) break;
  }
  if (error) {
    throw std::runtime_error("the folder for uploads " + spool.string() + " cannot be made and emptied (" +
                             error.message() + "): make it writable for the user that runs the gate");
  }
  std::filesystem::permissions(spool, std::filesystem::perms::owner_all, error);  // uploads are lists of numbers
}

// Fails, so that no half a row is taken, when the gate is asked to stop.
class stoppable_file : public std::filebuf {
 public:
  stoppable_file(const std::filesystem::path& file, const std::atomic<bool>& stopping) : stopping_(&stopping) {
    open(file, std::ios::in | std::ios::binary);
  }

 protected:
  int_type underflow() override {
    stop_when_asked();
    return std::filebuf::underflow();
  }
  std::streamsize xsgetn(char* to, std::streamsize n) override {
    stop_when_asked();
    return std::filebuf::xsgetn(to, n);
  }

 private:
  void stop_when_asked() const {
    if (stopping_->load()) throw std::runtime_error("the gate is stopping");
  }
  const std::atomic<bool>* stopping_;
};

void set_state(import_job& j, import_state s) {
  const std::lock_guard lock(j.mutex);
  j.state = s;
}

// Why it failed is in the report alone: what a file has where its header should be may be a person's number.
void finish(import_job& j, const std::optional<store::failure>& failed, bool refusals_are_whole) {
  log(failed ? log_level::error : log_level::info,
      failed ? "an import failed; its report says why" : "an import is done",
      {{"import", j.id},
       {"name", store::names_a_number(j.what.name) ? "" : j.what.name},
       {"dry_run", j.what.dry_run},
       {"taken", j.progress.taken.load()},
       {"unchanged", j.progress.unchanged.load()},
       {"refused", j.progress.refused.load()}});
  const std::lock_guard lock(j.mutex);
  j.state = failed ? import_state::failed : import_state::done;
  if (failed) j.error = failed->message;
  j.refusals_are_whole = refusals_are_whole;
}

store::import_options options_for(import_job& j, std::ofstream& report, std::shared_ptr<const policy> p) {
  store::import_options o;
  o.plan = p->settings().numbers;
  o.actor = j.what.actor;
  o.kind = j.what.kind;
  o.reason = j.what.reason;
  o.dry_run = j.what.dry_run;
  o.mask_refused = p->settings().hashed_numbers;
  o.on_refused = [&j, &report](const store::refused_row& r) {
    report << boost::json::serialize(to_json(r)) << '\n';
    const std::lock_guard lock(j.mutex);
    if (j.refusals.size() < import_jobs::max_listed) j.refusals.push_back(r);
  };
  o.on_warning = [&j](std::uint64_t, std::string text) {  // the text names the line
    const std::lock_guard lock(j.mutex);
    if (j.warnings.size() < import_jobs::max_listed) j.warnings.push_back(std::move(text));
  };
  o.rules_of = [p = std::move(p)](const store::scope& s) { return rules_of(p->settings(), s); };
  return o;
}

// A refused row that tells one of the numbers, without what does.
store::refused_row forgotten(const store::refused_row& r) {
  return {r.line, "", {{"row", "is about a person who was erased since", "erased"}}};
}

bool any_line(const std::filesystem::path& file, const store::telling_digits& tells) {
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);)
    if (tells.in(line)) return true;
  return false;
}

// The list takes the place of the one before whole, or not at all.
std::error_code rewrite_refusals(const std::filesystem::path& file, const store::telling_digits& who) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  std::ifstream in(file, std::ios::binary);
  std::ofstream out(fresh, std::ios::binary);
  for (std::string line; std::getline(in, line);)
    out << (who.in(line) ? boost::json::serialize(to_json(forgotten(refused_row_of(boost::json::parse(line))))) : line)
        << '\n';
  std::error_code wrong;
  if (in.bad() || !out.flush()) wrong = std::make_error_code(std::errc::io_error);
  if (!wrong) std::filesystem::rename(fresh, file, wrong);
  std::error_code ignored;
  if (wrong) std::filesystem::remove(fresh, ignored);
  return wrong;
}

std::optional<store::failure> forget_refusals(import_job& j, const store::telling_digits& who) {
  if (who.empty()) return std::nullopt;
  {
    const std::lock_guard lock(j.file_mutex);
    const auto wrong = any_line(j.refusals_file, who) ? rewrite_refusals(j.refusals_file, who) : std::error_code();
    if (wrong)
      return store::failure{"the list of the rows that import " + j.id +
                            " refused cannot be written anew: " + wrong.message()};
  }
  const std::lock_guard lock(j.mutex);
  for (store::refused_row& r : j.refusals)
    if (who.in(boost::json::serialize(to_json(r)))) r = forgotten(r);
  return std::nullopt;
}

}  // namespace

import_jobs::import_jobs(std::filesystem::path spool, const services& s) : spool_(std::move(spool)), services_(&s) {
  prepare(spool_);
  thread_ = std::thread([this] { run(); });
}

import_jobs::~import_jobs() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  something_to_do_.notify_all();
  thread_.join();
  std::error_code ignored;
  for (const auto& j : kept_) {
    std::filesystem::remove(j->what.file, ignored);
    std::filesystem::remove(j->refusals_file, ignored);
  }
}

std::filesystem::path import_jobs::new_file() const {
  return spool_ / (random_name() + ".csv");
}

bool import_jobs::full() const {
  const std::lock_guard lock(mutex_);
  return queue_.size() >= max_queued;
}

std::shared_ptr<import_job> import_jobs::submit(import_request r) {
  auto j = std::make_shared<import_job>();
  j->id = random_name();
  j->what = std::move(r);
  j->refusals_file = spool_ / (j->id + ".refusals");
  // The events name the import by what people call it, for good: unless that is a person's number.
  j->what.actor = "import:" + (j->what.name.empty() || store::names_a_number(j->what.name) ? j->id : j->what.name);
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= max_queued) return nullptr;
    queue_.push_back(j);
    kept_.push_back(j);
    forget_old();
  }
  something_to_do_.notify_all();
  return j;
}

std::shared_ptr<import_job> import_jobs::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& j : kept_) {
    if (j->id == id) return j;
  }
  return nullptr;
}

std::optional<store::failure> import_jobs::forget(store::number who) {
  std::vector<std::shared_ptr<import_job>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& j : kept_) {
      const std::lock_guard job_lock(j->mutex);
      const bool over = j->state == import_state::done || j->state == import_state::failed;
      over ? ended.push_back(j) : j->forgotten.add(who);
    }
  }
  store::telling_digits digits;
  digits.add(who);
  std::optional<store::failure> failed;
  for (const auto& j : ended) {
    if (auto why = forget_refusals(*j, digits)) failed = std::move(why);
  }
  return failed;
}

// The oldest are never those that still wait: the queue is shorter than what is kept.
void import_jobs::forget_old() {
  static_assert(max_kept > max_queued + 1);
  while (kept_.size() > max_kept) {
    std::error_code ignored;
    std::filesystem::remove(kept_.front()->refusals_file, ignored);
    kept_.pop_front();
  }
}

void import_jobs::run() {
  while (true) {
    std::shared_ptr<import_job> j;
    {
      std::unique_lock lock(mutex_);
      something_to_do_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      j = queue_.front();
      queue_.pop_front();
    }
    run_one(*j);
  }
}

void import_jobs::run_one(import_job& j) {
  set_state(j, import_state::running);
  std::optional<store::failure> failed;
  bool refusals_are_whole = false;
  try {
    const auto l = load(*services_);
    if (!l) throw std::runtime_error("the store is not loaded");
    stoppable_file file(j.what.file, stopping_);
    if (!file.is_open()) throw std::runtime_error("the uploaded file is gone from " + spool_.string());
    std::istream csv(&file);
    csv.exceptions(std::ios::badbit);  // lets what stoppable_file throws through
    std::ofstream report(j.refusals_file, std::ios::binary);
    failed = store::import_csv(csv, *l->store, options_for(j, report, l->policy), j.progress);
    refusals_are_whole = !report.flush().fail();
    if (!refusals_are_whole)
      log(log_level::warning, "the list of refused rows could not be written whole", {{"import", j.id}});
  } catch (const std::exception& e) {
    failed = store::failure{e.what()};
  }
  std::error_code ignored;
  std::filesystem::remove(j.what.file, ignored);
  finish(j, failed, refusals_are_whole);
  const auto erased_meanwhile = [&j] {
    const std::lock_guard lock(j.mutex);
    return j.forgotten;
  }();
  if (const auto why = forget_refusals(j, erased_meanwhile))
    log(log_level::error, "an erased person may be in a list of refused rows", {{"reason", why->message}});
}

}  // namespace proxy
