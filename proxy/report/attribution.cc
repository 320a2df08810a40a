#include "proxy/report/attribution.h"

#include <algorithm>

#include "store/knowledge.h"

namespace proxy {
namespace {

using store::event;
using store::event_kind;
using store::failure;
using store::standing;

store::question_then question_about(const store::scope& s, const group_of_sender& group_of, store::instant at) {
  store::question_then q;
  q.at = at;
  if (s.kind == store::scope_kind::sender) q.sender = s.name;
  if (s.kind != store::scope_kind::all) q.group = s.kind == store::scope_kind::group ? s.name : group_of(s.name);
  return q;
}

std::vector<event> recorded_before(const std::vector<event>& all, std::uint64_t sequence) {
  std::vector<event> earlier;
  std::ranges::copy_if(all, std::back_inserter(earlier), [&](const event& e) { return e.sequence < sequence; });
  return earlier;
}

source_name source_in(const event& e) {
  return e.source.empty() ? source_name() : source_name(e.source);
}

// Which of two findings says whose consent it was.
int rank(standing s) {
  return s == standing::allowed ? 3 : s == standing::source_recalled ? 2 : s == standing::consent_expired ? 1 : 0;
}

const event* event_at(const std::vector<event>& events, std::uint64_t sequence) {
  const auto found = std::ranges::find(events, sequence, &event::sequence);
  return found == events.end() ? nullptr : &*found;
}

}  // namespace

std::variant<std::vector<source_name>, failure> attribution::sources_of(std::span<const std::uint64_t> sequences) {
  std::vector<source_name> sources;
  sources.reserve(sequences.size());
  std::vector<std::pair<std::size_t, event>> opt_outs;  // whose histories are not read while the ledger is walked
  const auto why = store_.each_at(sequences, [&](const event& e) {
    // What is not there has no source: a copy of the store may be older than its journal.
    while (sequences[sources.size()] < e.sequence)
      sources.emplace_back();
    if (e.kind == event_kind::opt_out) opt_outs.emplace_back(sources.size(), e);
    sources.push_back(source_in(e));
    return true;
  });
  if (why) return *why;
  sources.resize(sequences.size());
  for (const auto& [place, opt_out] : opt_outs) {
    auto ended = ended_by(opt_out);
    if (auto* failed = std::get_if<failure>(&ended)) return std::move(*failed);
    sources[place] = std::get<ended_consent>(std::move(ended)).source;
  }
  return sources;
}

std::optional<failure> attribution::read_recalls() {
  if (recalls_) return std::nullopt;
  auto read = store_.history(store::number{});
  if (auto* why = std::get_if<failure>(&read)) return std::move(*why);
  recalls_ = std::get<std::vector<event>>(std::move(read));
  return std::nullopt;
}

std::variant<ended_consent, failure> attribution::ended_by(const event& opt_out) {
  if (auto why = read_recalls()) return std::move(*why);
  auto read = store_.history(opt_out.who);
  if (auto* why = std::get_if<failure>(&read)) return std::move(*why);
  const auto& history = std::get<std::vector<event>>(read);
  std::vector<event> earlier = recorded_before(history, opt_out.sequence);
  // Who was erased and opposes has still been written to for the sake of that consent.
  std::erase_if(earlier, [](const event& e) { return e.kind == event_kind::erasure; });
  const std::vector<event> recalled = recorded_before(*recalls_, opt_out.sequence);
  ended_consent ended;
  ended.corrected = std::ranges::any_of(history, [&](const event& e) { return e.corrects == opt_out.id; });
  int best = 0;
  store::instant latest = store::instant::min();
  for (const event& e : earlier) {
    if (e.kind != event_kind::opt_in) continue;
    const auto concerned = common_part(e.scope, opt_out.scope, group_of_);
    if (!concerned) continue;
    const auto found =
        judge_as_known_then(earlier, recalled, question_about(*concerned, group_of_, opt_out.recorded_at));
    const event* basis = event_at(found.result == standing::source_recalled ? recalled : earlier, found.sequence);
    if (basis == nullptr || rank(found.result) == 0) continue;
    if (rank(found.result) < best || (rank(found.result) == best && basis->occurred_at <= latest)) continue;
    best = rank(found.result);
    latest = basis->occurred_at;
    ended.source = source_in(*basis);
  }
  return ended;
}

}  // namespace proxy
