#include "store/consent_store.h"

#include <algorithm>
#include <future>

#include "store/index.h"
#include "store/ledger.h"
#include "store/names.h"
#include "store/writer.h"

namespace store {
namespace {

// A clock before this version was made, or far behind what has been recorded, is wrong.
constexpr instant earliest_plausible = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
constexpr std::chrono::hours clock_tolerance{1};

}  // namespace

class consent_store::implementation {
 public:
  class names names;
  class index index;
  std::unique_ptr<journal_keeper> journal;
  std::unique_ptr<class writer> writer;
  std::mutex times_mutex;
  instant last_by_gate{};

  std::optional<failure> load(const ledger& l) {
    auto failed = l.each_name([&](const stored_name& n) { return names.load(n); });
    if (failed) return failed;
    index.reserve(l.estimated_numbers());
    failed = l.each_state([&](number who, std::vector<fact>& known) {
      for (const fact& f : known)
        index.merge(who, f);
    });
    if (failed) return failed;
    const auto recalls = l.history(number{});
    if (const auto* why = std::get_if<failure>(&recalls)) return *why;
    for (const event& e : std::get<std::vector<event>>(recalls)) {
      index.recall(names.intern_source(e.source), e.occurred_at, e.sequence);
    }
    return std::nullopt;
  }

  // Settles when it happened, and blocks at once what opts out: nobody waits for the disk to be left in peace.
  void settle(event& e) {
    const std::lock_guard lock(times_mutex);
    if (made_by_gate(e.method)) {
      const std::chrono::microseconds tick{1};
      e.occurred_at = std::max({now(), last_by_gate + tick, index.latest_act(e.who) + tick});
      last_by_gate = e.occurred_at;
    }
    e.sequence = 0;
    // An imported row may have been recorded before, and must then change nothing: the writer finds out.
    const bool may_be_known = e.identity != std::array<std::uint8_t, 16>{};
    if (e.kind == event_kind::opt_out && !may_be_known) index.merge(e.who, fact_of(e, names));
    if (e.kind == event_kind::recall) index.recall(names.intern_source(e.source), e.occurred_at, 0);
  }
};

consent_store::consent_store(std::unique_ptr<implementation> i) : implementation_(std::move(i)) {}
consent_store::~consent_store() = default;

std::variant<std::unique_ptr<consent_store>, failure> consent_store::open(options o) {
  auto opened = ledger::open(o.path);
  if (auto* why = std::get_if<failure>(&opened)) return *why;
  auto l = std::move(std::get<std::unique_ptr<ledger>>(opened));
  auto i = std::make_unique<implementation>();
  if (auto why = i->load(*l)) return *why;
  const auto newest_sequence = l->last_sequence();
  if (const auto* why = std::get_if<failure>(&newest_sequence)) return *why;
  const std::uint64_t last = std::get<std::uint64_t>(newest_sequence);
  instant newest{};
  if (last != 0) {
    const auto e = l->at(last);
    if (const auto* why = std::get_if<failure>(&e)) return *why;
    newest = std::get<std::optional<event>>(e)->recorded_at;
  }
  const auto journal_end = l->newest_in_journal();
  if (const auto* why = std::get_if<failure>(&journal_end)) return *why;
  i->journal = std::make_unique<journal_keeper>(std::get<ledger::journal_end>(journal_end));
  i->writer = std::make_unique<writer>(o.path, std::move(l), i->index, i->names, *i->journal, last, newest,
                                       std::move(o.on_write));
  return std::unique_ptr<consent_store>(new consent_store(std::move(i)));
}

finding consent_store::judge(number who, const question& q) const {
  return implementation_->index.judge(who, q);
}

bool consent_store::available(instant now) const {
  const writer& w = *implementation_->writer;
  return !w.failed() && now >= earliest_plausible && now + clock_tolerance >= w.newest_recorded();
}

scope_id consent_store::intern(const scope& s) {
  return implementation_->names.intern(s);
}

void consent_store::record(std::vector<event> events, completion done) {
  for (event& e : events)
    implementation_->settle(e);
  implementation_->writer->submit(std::move(events), std::move(done));
}

outcome consent_store::record_and_wait(std::vector<event> events) {
  std::promise<outcome> promise;
  record(std::move(events), [&](outcome o) { promise.set_value(std::move(o)); });
  return promise.get_future().get();
}

std::variant<std::vector<event>, failure> consent_store::history(number who) const {
  using result = std::variant<std::vector<event>, failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.history(who); });
}

std::variant<std::optional<event>, failure> consent_store::at(std::uint64_t sequence) const {
  using result = std::variant<std::optional<event>, failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.at(sequence); });
}

std::optional<failure> consent_store::scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const {
  using result = std::optional<failure>;
  return implementation_->writer->with_ledger<result>([&](const ledger& l) { return l.scan(after, visit); });
}

std::vector<consent_store::known_fact> consent_store::known(number who) const {
  std::vector<known_fact> all;
  for (const fact& f : implementation_->index.facts(who)) {
    all.push_back({f, implementation_->names.scope_of(f.scope), implementation_->names.source_of(f.source)});
  }
  return all;
}

text_id consent_store::journal_text(std::string_view text) {
  return implementation_->journal->texts.intern(text);
}

journal_batch consent_store::journal(journal_batch lines) {
  journal_batch empty = implementation_->journal->add(std::move(lines));
  implementation_->writer->wake();
  return empty;
}

void consent_store::flush_journal(std::function<void()> done) {
  implementation_->journal->flush(std::move(done));
  implementation_->writer->wake();
}

void consent_store::keep_journal_for(std::chrono::seconds retention) {
  implementation_->journal->keep_for(retention);
  implementation_->writer->wake();
}

std::optional<failure> consent_store::scan_journal(const journal_query& q,
                                                   const std::function<bool(const journal_entry&)>& visit) const {
  const auto place = scan_journal(q, {}, SIZE_MAX, visit);
  const auto* why = std::get_if<failure>(&place);
  return why == nullptr ? std::nullopt : std::optional(*why);
}

std::variant<journal_place, failure> consent_store::scan_journal(
    const journal_query& q, journal_place place, std::size_t most_blocks,
    const std::function<bool(const journal_entry&)>& visit) const {
  using result = std::variant<journal_place, failure>;
  return implementation_->writer->with_ledger<result>(
      [&](const ledger& l) { return search_journal(l, q, place, most_blocks, visit); });
}

statistics consent_store::stats() const {
  return {implementation_->index.numbers(), implementation_->writer->last_sequence(), implementation_->index.octets(),
          implementation_->journal->dropped()};
}

std::string consent_store::condition() const {
  if (implementation_->writer->failed()) return implementation_->writer->condition();
  if (!available(now()))
    return "the clock is implausible: it shows " + to_string(now()) + ", events are recorded up to " +
           to_string(implementation_->writer->newest_recorded());
  return {};
}

}  // namespace store
