#include "store/writer.h"

#include <algorithm>

#include "store/import_commit.h"

namespace store {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t most_events = 8192;  // of one commit; a request is never split
// Where so many come together the next ones are gathered for a moment: a third of the commits, and of the turns that
// others take for them, does the same. Who comes alone waits for nobody.
constexpr std::size_t worth_gathering = 8;
constexpr std::chrono::milliseconds gathered_for{2};  // from the beginning of one commit to that of the next
constexpr std::chrono::seconds attempt_interval{1};

}  // namespace

writer::writer(std::filesystem::path path, std::unique_ptr<ledger> l, committed known, journal_keeper& j,
               access_keeper& a, memory_keeper& m, held_queue& h, std::function<void(double)> on_write)
    : path_(std::move(path)),
      known_(std::move(known)),
      journal_(j),
      access_(a),
      memories_(m),
      held_(h),
      on_write_(std::move(on_write)),
      ledger_(std::move(l)),
      acknowledged_(path_),
      last_sequence_(ledger_->head().sequence),
      newest_recorded_(ledger_->head().recorded_at.time_since_epoch().count()),
      thread_([this] { run(); }) {}

writer::~writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  hurry_.notify_one();
  thread_.join();
}

void writer::submit(std::vector<event> events, completion done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(recording{std::move(events), std::move(done)});
  }
  work_.notify_one();
}

void writer::submit_import(import_slice s, std::function<void(std::optional<failure>)> done) {
  {
    const std::lock_guard lock(mutex_);
    imports_.push_back({std::move(s), std::move(done)});
  }
  work_.notify_one();
  hurry_.notify_one();
}

void writer::submit_erasure(number who, event by, erasure_completion done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(erasing{who, std::move(by), std::move(done)});
  }
  work_.notify_one();
}

void writer::submit_pending(pending_opt_in p, pending what, std::function<void(std::optional<failure>)> done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(keeping{std::move(p), what, std::move(done)});
  }
  work_.notify_one();
}

void writer::submit_proposal(proposed_correction p, proposal_completion done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(proposing{std::move(p), std::move(done)});
  }
  work_.notify_one();
}

void writer::submit_rewriting(std::vector<journal_record> blocks, const erased_person& person,
                              std::function<void(std::optional<failure>)> done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(rewriting{std::move(blocks), person, std::move(done)});
  }
  work_.notify_one();
}

std::string writer::condition() const {
  const std::lock_guard lock(mutex_);
  return condition_;
}

void writer::wake() {
  {
    const std::lock_guard lock(mutex_);
  }  // not between its last look and its sleep
  work_.notify_one();
}

void writer::run() {
  for (;;) {
    std::vector<request> requests;
    std::optional<importing> rows;
    {
      std::unique_lock lock(mutex_);
      wait(lock);
      if (stopping_ && queue_.empty() && imports_.empty()) break;
      gather(lock);
      requests = take();
      if (!imports_.empty()) {
        rows = std::move(imports_.front());
        imports_.pop_front();
      }
    }
    if (failed_ && steady_clock::now() - last_attempt_ >= attempt_interval) reopen();
    if (!failed_) write_access(false);
    if (!failed_) write_held();
    if (failed_) {
      fail(requests, {condition()});
      if (rows) rows->done(failure{condition()});
      journal_.give_up_flushes();
      access_.give_up({condition()});
      held_.give_up({condition()});
      continue;
    }
    if (!requests.empty()) {
      const auto* blocks = std::get_if<rewriting>(&requests.front());
      blocks != nullptr ? rewrite(*blocks) : commit(std::move(requests));
    }
    if (rows) failed_ ? rows->done(failure{condition()}) : commit(std::move(*rows));
    if (!failed_ && journal_.due() <= steady_clock::now()) write_journal(false);
    if (!failed_ && memories_.due() <= steady_clock::now()) write_memories();
  }
  if (!failed_) write_access(true);
  if (!failed_) write_journal(true);
  if (!failed_) write_memories();
  if (!failed_) write_held();
  access_.give_up({condition()});
  held_.give_up({condition()});
}

// Until there is something to commit, or the time has come to try again or to write the journal or who has asked.
void writer::wait(std::unique_lock<std::mutex>& lock) {
  while (!stopping_ && queue_.empty() && imports_.empty()) {
    const auto until =
        failed_ ? last_attempt_ + attempt_interval : std::min({journal_.due(), access_.due(), memories_.due()});
    const bool told_of_failure = failed_ && (journal_.flush_wanted() || access_.waiting() || held_.waiting());
    if (steady_clock::now() >= until || told_of_failure || (!failed_ && held_.due())) return;
    work_.wait_until(lock, until);
  }
}

// Who waits here is not woken by each that comes.
void writer::gather(std::unique_lock<std::mutex>& lock) {
  if (!queue_.empty() && steady_clock::now() < gather_until_)
    hurry_.wait_until(lock, gather_until_, [this] { return stopping_ || !imports_.empty(); });
  gather_until_ = {};
  if (queue_.size() >= worth_gathering) gather_until_ = steady_clock::now() + gathered_for;
}

// As many recordings as one write may hold, or one erasure, or some blocks, alone.
std::vector<writer::request> writer::take() {
  std::vector<request> taken;
  std::size_t events = 0;
  while (!queue_.empty()) {
    const auto* next = std::get_if<recording>(&queue_.front());
    const std::size_t more = next != nullptr ? next->events.size() : 0;
    const bool alone =
        std::holds_alternative<erasing>(queue_.front()) || std::holds_alternative<rewriting>(queue_.front());
    if (!taken.empty() && (alone || events + more > most_events)) break;
    events += more;
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (alone) break;
  }
  return taken;
}

void writer::commit(std::vector<request> requests) {
  const instant wall = std::max(now(), newest_recorded());
  commit_group g(*ledger_, known_, wall);
  std::vector<std::function<void()>> results;
  std::optional<failure> why;
  for (request& r : requests) {
    if (!why) why = prepare(g, r, results);
  }
  if (!why && !g.empty()) why = write(g);
  if (why) {
    in_doubt_ = g.replaced();
    failed_with(*why);
    return fail(requests, *why);
  }
  g.apply();
  if (const auto* erasure = std::get_if<erasing>(&requests.back())) journal_.forget(erasure->who);
  last_sequence_ = ledger_->head().sequence;
  if (!g.empty()) {
    acknowledged_.set(last_sequence_);
    access_.synced();
    newest_recorded_ = wall.time_since_epoch().count();
  }
  for (const event& e : g.events()) {
    if (e.kind == event_kind::opt_out) memories_.scheduled.look_at(e.who);
  }
  // A purge comes after what an erasure has made forgotten is on disk.
  if (const auto* order = std::get_if<erasing>(&requests.back())) {
    memories_.forget(order->who, known_.who.of(order->who));
    write_memories();
  }
  for (const auto& tell : results)
    tell();
}

void writer::commit(importing i) {
  const instant wall = std::max(now(), newest_recorded());
  import_commit c(*ledger_, known_, i.rows, wall);
  auto why = c.prepare();
  if (!why) why = timed([&] { return ledger_->write(c.changes()); });
  if (why) {
    failed_with(*why);
    return i.done(why);
  }
  c.apply();
  last_sequence_ = ledger_->head().sequence;
  acknowledged_.set(last_sequence_);
  access_.synced();
  newest_recorded_ = wall.time_since_epoch().count();
  for (const import_row& r : i.rows.rows) {
    if (r.what.opt_out && !r.already_known) memories_.scheduled.look_at(r.who);
  }
  i.done(std::nullopt);
}

// Puts the request into the group, and what its owner will be told into `results`.
std::optional<failure> writer::prepare(commit_group& g, request& r, std::vector<std::function<void()>>& results) {
  if (auto* wanted = std::get_if<recording>(&r)) {
    auto added = g.add(std::move(wanted->events));
    if (const auto* why = std::get_if<failure>(&added)) return *why;
    results.emplace_back(
        [wanted, places = std::get<0>(std::move(added))]() mutable { wanted->done(std::move(places)); });
  } else if (auto* pending_one = std::get_if<keeping>(&r)) {
    pending_one->how == pending::keep ? g.keep(std::move(pending_one->what))
                                      : g.forget(pending_one->what.who, pending_one->what.sender);
    results.emplace_back([pending_one] { pending_one->done(std::nullopt); });
  } else if (auto* proposal = std::get_if<proposing>(&r)) {
    auto stands = g.propose(std::move(proposal->what));
    if (const auto* why = std::get_if<failure>(&stands)) return *why;
    results.emplace_back([proposal, stands = std::move(stands)] { proposal->done(stands); });
  } else {
    auto& order = std::get<erasing>(r);
    auto done = g.erase(order.who, std::move(order.by));
    if (const auto* why = std::get_if<failure>(&done)) return *why;
    results.emplace_back([&order, result = std::get<erased>(done)] { order.done(result); });
  }
  return std::nullopt;
}

void writer::rewrite(const rewriting& r) {
  const auto why = r.blocks.empty() ? ledger_->finish_erasure(r.person) : ledger_->rewrite(r.blocks);
  if (why) failed_with(*why);
  r.done(why);
}

std::optional<failure> writer::write(commit_group& g) {
  const ledger::changes& c = g.finish();
  return timed([&] { return ledger_->write(c); });
}

std::optional<failure> writer::timed(const std::function<std::optional<failure>()>& write) {
  const auto begun = steady_clock::now();
  auto why = write();
  if (on_write_) on_write_(std::chrono::duration<double>(steady_clock::now() - begun).count());
  return why;
}

// Its own write, after the events': nobody who waits for an event to be on disk waits for blocks to be encoded.
void writer::write_journal(bool all) {
  if (const auto why = journal_.write(*ledger_, now(), all)) failed_with(*why);
}

// Before the events, whose sync covers it.
void writer::write_access(bool synced) {
  if (const auto why = access_.write(*ledger_, now(), synced)) failed_with(*why);
}

void writer::write_memories() {
  if (const auto why = memories_.write(*ledger_)) failed_with(*why);
}

// Its own write, synced when anything is added: who waits for it waits for one sync, not for that of the events.
void writer::write_held() {
  if (const auto why = held_.write(*ledger_)) failed_with(*why);
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
    std::visit([&](auto& wanted) { wanted.done(why); }, r);
}

void writer::reopen() {
  last_attempt_ = steady_clock::now();
  std::optional<failure> why;
  {
    const std::unique_lock lock(ledger_mutex_);
    ledger_.reset();
    auto opened = ledger::open(path_, when_missing::fail);
    if (auto* failed = std::get_if<failure>(&opened)) {
      why = *failed;
    } else {
      ledger_ = std::move(std::get<std::unique_ptr<ledger>>(opened));
    }
  }
  if (!why) why = take_over();
  const std::lock_guard lock(mutex_);
  condition_ = why ? why->message : "";
  failed_ = why.has_value();
}

// What a failed write left behind may turn up now: it is taken in, so that no sequence is given twice.
std::optional<failure> writer::take_over() {
  if (ledger_->head().sequence < last_sequence_)
    return failure{"the store has lost events that were on disk: restore it from a backup"};
  bool recall_corrected = false;
  auto why = ledger_->scan(last_sequence_, [&](const event& e) {
    if (e.corrects) known_.corrected.insert(*e.corrects);
    recall_corrected |= e.corrects && e.who.digits == 0;
    if (const auto f = fact_of(e, known_.names)) known_.facts.merge(e.who, *f);
    if (e.kind == event_kind::recall)
      known_.facts.recall(known_.names.intern_source(e.source), e.occurred_at, e.sequence);
    return true;
  });
  if (why) return why;
  for (const number who : in_doubt_) {
    auto known = ledger_->state(who);
    if (const auto* unreadable = std::get_if<failure>(&known)) return *unreadable;
    auto& facts = std::get<std::vector<fact>>(known);
    for (const fact& f : known_.facts.facts(who)) {
      if (f.sequence == 0) merge(facts, f);
    }
    known_.facts.replace(who, std::move(facts));
  }
  if (recall_corrected) {
    const auto recalled = ledger_->history({});
    if (const auto* unreadable = std::get_if<failure>(&recalled)) return *unreadable;
    known_.facts.set_recalls(recalls_of(std::get<0>(recalled), known_.corrected, known_.names));
  }
  if (auto unwritable = ledger_->write({})) return unwritable;  // an empty synced write
  last_sequence_ = ledger_->head().sequence;
  in_doubt_.clear();
  return std::nullopt;
}

}  // namespace store
