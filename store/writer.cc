#include "store/writer.h"

#include <algorithm>

namespace store {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t most_events = 8192;  // of one commit; a request is never split
constexpr std::chrono::seconds attempt_interval{1};

}  // namespace

fact fact_of(const event& e, names& n) {
  fact f;
  f.occurred_at = e.occurred_at;
  f.sequence = e.sequence;
  f.scope = n.intern(e.scope);
  f.opt_out = e.kind == event_kind::opt_out;
  if (e.kind == event_kind::opt_in) {
    f.expires_at = e.expires_at;
    f.source = n.intern_source(e.source);
    f.by_reply = e.method == consent_method::mo_keyword || e.method == consent_method::double_opt_in;
  }
  return f;
}

// What one synced write will hold.
struct writer::commit_group {
  ledger::changes changes;
  std::unordered_map<std::uint64_t, std::vector<fact>> states;
  std::vector<std::pair<number, fact>> facts;
  std::unordered_map<std::string, recorded> identities;  // of this group, not on disk yet
  std::vector<std::vector<recorded>> results;            // one for each request
  std::uint64_t last_sequence = 0;
};

writer::writer(std::filesystem::path path, std::unique_ptr<ledger> l, index& i, names& n, journal_keeper& j,
               std::uint64_t last_sequence, instant newest, std::function<void(double)> on_write)
    : path_(std::move(path)),
      index_(i),
      names_(n),
      journal_(j),
      on_write_(std::move(on_write)),
      ledger_(std::move(l)),
      last_sequence_(last_sequence),
      newest_recorded_(newest.time_since_epoch().count()),
      thread_([this] { run(); }) {}

writer::~writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void writer::submit(std::vector<event> events, completion done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(events), std::move(done)});
  }
  work_.notify_one();
}

void writer::wake() {
  {
    const std::lock_guard lock(mutex_);
  }  // not between its last look and its sleep
  work_.notify_one();
}

std::string writer::condition() const {
  const std::lock_guard lock(mutex_);
  return condition_;
}

void writer::run() {
  for (;;) {
    std::vector<request> requests;
    {
      std::unique_lock lock(mutex_);
      wait(lock);
      if (stopping_ && queue_.empty()) break;
      requests = take();
    }
    if (failed_ && steady_clock::now() - last_attempt_ >= attempt_interval) reopen();
    if (failed_) {
      fail(requests, {condition()});
      journal_.give_up_flushes();
      continue;
    }
    if (!requests.empty()) commit(std::move(requests));
    if (!failed_ && journal_.due() <= steady_clock::now()) write_journal(false);
  }
  if (!failed_) write_journal(true);
}

// Until there is something to commit, or the time has come to try again or to write the journal.
void writer::wait(std::unique_lock<std::mutex>& lock) {
  while (!stopping_ && queue_.empty()) {
    const auto until = failed_ ? last_attempt_ + attempt_interval : journal_.due();
    if (steady_clock::now() >= until || (failed_ && journal_.flush_wanted())) return;
    work_.wait_until(lock, until);
  }
}

std::vector<writer::request> writer::take() {
  std::vector<request> taken;
  std::size_t events = 0;
  while (!queue_.empty() && (taken.empty() || events + queue_.front().events.size() <= most_events)) {
    events += queue_.front().events.size();
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void writer::commit(std::vector<request> requests) {
  commit_group g;
  g.last_sequence = last_sequence_;
  const instant wall = std::max(now(), newest_recorded());
  std::optional<failure> why;
  for (request& r : requests) {
    if (!why) why = prepare(g, r, wall);
  }
  if (!why && !g.changes.events.empty()) {
    for (auto& [digits, known] : g.states)
      g.changes.states.emplace_back(number{digits}, std::move(known));
    g.changes.names = names_.unsaved();
    const auto begun = steady_clock::now();
    why = ledger_->write(g.changes);
    if (on_write_) on_write_(std::chrono::duration<double>(steady_clock::now() - begun).count());
  }
  if (why) {
    failed_with(*why);
    return fail(requests, *why);
  }
  names_.saved(g.changes.names);
  for (const auto& [who, f] : g.facts)
    index_.merge(who, f);
  for (const event& e : g.changes.events) {
    if (e.kind == event_kind::recall) index_.recall(names_.intern_source(e.source), e.occurred_at, e.sequence);
  }
  last_sequence_ = g.last_sequence;
  newest_recorded_ = wall.time_since_epoch().count();
  for (std::size_t i = 0; i < requests.size(); ++i)
    requests[i].done(std::move(g.results[i]));
}

std::optional<failure> writer::prepare(commit_group& g, request& r, instant wall) {
  std::vector<recorded>& results = g.results.emplace_back();
  for (event& e : r.events) {
    const bool has_identity = e.identity != std::array<std::uint8_t, 16>{};
    const std::string identity(e.identity.begin(), e.identity.end());
    if (has_identity) {
      if (const auto earlier = g.identities.find(identity); earlier != g.identities.end()) {
        results.push_back(earlier->second);
        results.back().already_known = true;
        continue;
      }
      const auto known = ledger_->find_identity(e.identity);
      if (const auto* why = std::get_if<failure>(&known)) return *why;
      if (const auto sequence = std::get<std::optional<std::uint64_t>>(known)) {
        const auto earlier = ledger_->at(*sequence);
        if (const auto* why = std::get_if<failure>(&earlier)) return *why;
        const event& same = std::get<std::optional<event>>(earlier).value_or(event{});
        results.push_back({*sequence, same.id, same.occurred_at, same.recorded_at, true});
        continue;
      }
    }
    e.sequence = ++g.last_sequence;
    e.recorded_at = wall;
    e.id = ids_.next(wall);
    results.push_back({e.sequence, e.id, e.occurred_at, e.recorded_at, false});
    if (has_identity) g.identities[identity] = results.back();
    if (auto why = add_fact(g, e)) return why;
    g.changes.events.push_back(std::move(e));
  }
  return std::nullopt;
}

// What is on disk of a number is read there: the index may hold what is not on disk.
std::optional<failure> writer::add_fact(commit_group& g, const event& e) {
  if (e.kind == event_kind::recall) return std::nullopt;
  const fact f = fact_of(e, names_);
  auto [known, is_new] = g.states.try_emplace(e.who.digits);
  if (is_new && !index_.facts(e.who).empty()) {
    auto on_disk = ledger_->state(e.who);
    if (auto* why = std::get_if<failure>(&on_disk)) return *why;
    known->second = std::move(std::get<std::vector<fact>>(on_disk));
  }
  merge(known->second, f);
  g.facts.emplace_back(e.who, f);
  return std::nullopt;
}

// Its own write, after the events': nobody who waits for an event to be on disk waits for blocks to be encoded.
void writer::write_journal(bool all) {
  if (const auto why = journal_.write(*ledger_, now(), all)) failed_with(*why);
}

void writer::failed_with(const failure& why) {
  {
    const std::lock_guard lock(mutex_);
    condition_ = why.message;
  }
  last_attempt_ = steady_clock::now();
  failed_ = true;
}

void writer::fail(std::vector<request>& requests, const failure& why) {
  for (request& r : requests)
    r.done(why);
}

// What a failed write left behind may turn up now: it is taken in, so that no sequence is given twice.
void writer::reopen() {
  last_attempt_ = steady_clock::now();
  std::optional<failure> why;
  {
    const std::unique_lock lock(ledger_mutex_);
    ledger_.reset();
    auto opened = ledger::open(path_, ledger::when_missing::fail);
    if (auto* failed = std::get_if<failure>(&opened)) {
      why = *failed;
    } else {
      ledger_ = std::move(std::get<std::unique_ptr<ledger>>(opened));
    }
  }
  if (!why) {
    std::uint64_t last = last_sequence_;
    const auto on_disk = ledger_->last_sequence();
    if (const auto* unreadable = std::get_if<failure>(&on_disk)) {
      why = *unreadable;
    } else if (std::get<std::uint64_t>(on_disk) < last) {
      why = failure{"the store has lost events that were on disk: restore it from a backup"};
    }
    if (!why)
      why = ledger_->scan(last, [&](const event& e) {
        if (e.kind == event_kind::recall) {
          index_.recall(names_.intern_source(e.source), e.occurred_at, e.sequence);
        } else {
          index_.merge(e.who, fact_of(e, names_));
        }
        last = e.sequence;
        return true;
      });
    if (!why) why = ledger_->write({});  // an empty synced write: can it be written?
    if (!why) last_sequence_ = last;
  }
  const std::lock_guard lock(mutex_);
  condition_ = why ? why->message : "";
  failed_ = why.has_value();
}

}  // namespace store
