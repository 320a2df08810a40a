#include "store/consent_store_implementation.h"

namespace store {
namespace {

// A clock before this version was made, or far behind what has been recorded, is wrong.
constexpr instant earliest_plausible = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
constexpr std::chrono::hours clock_tolerance{1};

}  // namespace

consent_store::consent_store(std::unique_ptr<implementation> i) : implementation_(std::move(i)) {}
consent_store::~consent_store() {
  stop_purging();
}

finding consent_store::judge(number who, const question& q) const {
  if (auto f = implementation_->subjects.judge(who, q)) return *f;
  return store::judge({}, {}, q);
}

void consent_store::expect(number who) const {
  implementation_->index.expect(who);
}

bool consent_store::opted_out_of(number who, scope_id scope) const {
  return opted_out_in(implementation_->index.facts(kept_as(who)), scope);
}

bool consent_store::available(instant now) const {
  const writer& w = *implementation_->writer;
  return !w.failed() && now >= earliest_plausible && now + clock_tolerance >= w.newest_recorded();
}

scope_id consent_store::intern(const scope& s) {
  return implementation_->names.intern(s);
}

number consent_store::kept_as(number who) const {
  return implementation_->subjects.of(who);
}

std::vector<consent_store::known_fact> consent_store::known(number who) const {
  std::vector<known_fact> all;
  for (const fact& f : implementation_->index.facts(kept_as(who))) {
    all.push_back({f, implementation_->names.scope_of(f.scope), implementation_->names.source_of(f.source)});
  }
  return all;
}

consent_store::arrival consent_store::arrival_of(const event& opt_in, const std::string& group,
                                                 std::chrono::months life) const {
  constexpr std::uint32_t unused = UINT32_MAX;  // an id that no fact has: nothing is known of the name
  const names& n = implementation_->names;
  arrival a;
  a.who = kept_as(opt_in.who);
  a.opt_in.occurred_at = opt_in.occurred_at;
  a.opt_in.expires_at = opt_in.expires_at;
  a.opt_in.source = n.find_source(opt_in.source).value_or(unused);
  a.opt_in.scope = n.find(opt_in.scope).value_or(unused);
  a.asked = {a.opt_in.scope, a.opt_in.scope, consent_rule::opt_in, {}, life};
  if (!group.empty()) a.asked.group = n.find({scope_kind::group, group}).value_or(unused);
  return a;
}

standing consent_store::judge(arrival a, instant now) const {
  a.asked.now = now;
  return implementation_->index.judge_arrival(a.who, a.opt_in, a.asked);
}

bool consent_store::knows_source(const std::string& source) const {
  return implementation_->names.find_source(source).has_value();
}

std::uint64_t consent_store::opt_ins_of(const std::string& source, instant up_to) const {
  return implementation_->index.live_opt_ins(implementation_->names.intern_source(source), up_to);
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
