#include "proxy/report/report.h"

#include <algorithm>

namespace proxy {
namespace {

using store::event;
using store::failure;
using store::instant;

constexpr std::size_t blocks_a_step = 8;
// The more are put down to sources together, the more of them rest on the same events or on neighbours: 8 MB.
constexpr std::size_t most_pending = 524288;
constexpr std::size_t sources_a_step = 1024;  // each perhaps with a history to read
constexpr std::size_t events_a_step = 10000;
constexpr std::size_t opt_outs_a_step = 500;
// Events are recorded in the order of the clock, as far as it is never set back by more than this.
constexpr std::chrono::days clock_tolerance{1};

std::string method_of(const event& e) {
  return e.method == store::consent_method::none ? "unspecified" : std::string(store::name(e.method));
}

}  // namespace

report_maker::report_maker(const store::consent_store& s, report_query q, group_of_sender group_of)
    : store_(s), query_(std::move(q)), group_of_(group_of), attribution_(s, std::move(group_of)) {
  figures_.asked = query_;
}

std::variant<bool, failure> report_maker::step() {
  std::optional<failure> why;
  if (part_ == part::beginning)
    why = read_beginning();
  else if (part_ == part::journal)
    why = read_journal();
  else if (part_ == part::sources)
    why = attribute();
  else if (part_ == part::ledger)
    why = read_ledger();
  if (why) return *why;
  return part_ == part::done;
}

std::optional<failure> report_maker::read_beginning() {
  part_ = part::journal;
  return store_.scan_journal({}, [&](const store::journal_entry& e) {
    figures_.journal_begins = e.at;
    return false;
  });
}

std::optional<failure> report_maker::read_journal() {
  store::journal_query q;
  q.sender = query_.sender;
  q.from = query_.from;
  q.to = query_.to;
  const auto place = store_.scan_journal(q, place_, blocks_a_step, [&](const store::journal_entry& e) {
    const std::uint32_t kind = kind_of(e);
    if (e.event == 0)
      ++counts_[{kind, source_name()}];
    else
      pending_.push_back({e.event, kind});
    return true;
  });
  if (const auto* why = std::get_if<failure>(&place)) return *why;
  place_ = std::get<store::journal_place>(place);
  if (place_.end || pending_.size() >= most_pending) begin_attribution();
  return std::nullopt;
}

std::uint32_t report_maker::kind_of(const store::journal_entry& e) {
  const auto known = kinds_.find(std::tie(e.sender, e.verdict, e.reason));
  if (known != kinds_.end()) return known->second;
  const auto fresh = static_cast<std::uint32_t>(kinds_.size());
  kinds_.emplace(texts(e.sender, e.verdict, e.reason), fresh);
  return fresh;
}

void report_maker::begin_attribution() {
  std::ranges::sort(pending_, {}, &decided::event);
  attributed_ = 0;
  part_ = part::sources;
}

std::optional<failure> report_maker::attribute() {
  std::vector<std::uint64_t> distinct;
  std::size_t end = attributed_;
  for (; end < pending_.size(); ++end) {
    if (!distinct.empty() && distinct.back() == pending_[end].event) continue;
    if (distinct.size() == sources_a_step) break;
    distinct.push_back(pending_[end].event);
  }
  const auto found = attribution_.sources_of(distinct);
  if (const auto* why = std::get_if<failure>(&found)) return *why;
  auto source = std::get<std::vector<source_name>>(found).begin();
  for (std::size_t i = attributed_; i < end; ++i) {
    if (i > attributed_ && pending_[i].event != pending_[i - 1].event) ++source;
    ++counts_[{pending_[i].kind, *source}];
  }
  attributed_ = end;
  if (end < pending_.size()) return std::nullopt;
  pending_.clear();
  part_ = place_.end ? part::ledger : part::journal;
  return std::nullopt;
}

std::optional<failure> report_maker::find_first_event() {
  std::uint64_t low = 1, high = store_.head().sequence + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto e = store_.at(middle);
    if (const auto* why = std::get_if<failure>(&e)) return *why;
    const auto& present = std::get<std::optional<event>>(e);
    present && present->recorded_at < query_.from - clock_tolerance ? void(low = middle + 1) : void(high = middle);
  }
  sequence_ = low - 1;
  return std::nullopt;
}

std::optional<failure> report_maker::read_ledger() {
  if (!sequence_) return find_first_event();
  std::vector<event> opt_outs;
  std::size_t read = 0;
  bool end = true;
  const auto failed = store_.scan(*sequence_, [&](const event& e) {
    if (e.recorded_at > query_.to + clock_tolerance) return false;
    sequence_ = e.sequence;
    if (e.kind == store::event_kind::opt_out && e.recorded_at >= query_.from && e.recorded_at <= query_.to &&
        concerns_sender(e)) {
      opt_outs.push_back(e);
    }
    end = ++read < events_a_step && opt_outs.size() < opt_outs_a_step;
    return end;
  });
  if (failed) return failed;
  for (const event& e : opt_outs) {
    if (auto why = count(e)) return why;
  }
  if (end) part_ = part::done;
  return std::nullopt;
}

bool report_maker::concerns_sender(const event& opt_out) const {
  return !query_.sender || covers(opt_out.scope, {store::scope_kind::sender, *query_.sender}, group_of_);
}

std::optional<failure> report_maker::count(const event& opt_out) {
  auto found = attribution_.ended_by(opt_out);
  if (auto* why = std::get_if<failure>(&found)) return std::move(*why);
  const auto& ended = std::get<ended_consent>(found);
  if (query_.source && ended.source != query_.source) return std::nullopt;
  if (ended.corrected) {
    ++figures_.corrected_opt_outs;
    return std::nullopt;
  }
  const auto took = opt_out.recorded_at - opt_out.occurred_at;
  figures_.opt_outs[method_of(opt_out)].add(took);
  figures_.all_opt_outs.add(took);
  ++figures_.opt_outs_by_source[ended.source];
  return std::nullopt;
}

report_figures report_maker::figures() const {
  std::vector<const texts*> by_kind(kinds_.size());
  for (const auto& [t, kind] : kinds_)
    by_kind[kind] = &t;
  report_figures f = figures_;
  for (const auto& [what, count] : counts_) {
    if (query_.source && what.second != query_.source) continue;
    const auto& [sender, verdict, reason] = *by_kind[what.first];
    f.submits.push_back({sender, verdict, reason, what.second, count});
  }
  std::ranges::sort(f.submits, {}, [](const report_figures::decisions& d) {
    return std::tie(d.sender, d.verdict, d.reason, d.source);
  });
  return f;
}

}  // namespace proxy
