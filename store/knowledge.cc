#include "store/knowledge.h"

#include <functional>

#include "store/commit_group.h"

namespace store {
namespace {

using selection = std::function<bool(const event&)>;

// A correction has no time of its own: it is about whatever its event is about.
bool is_about(const event& e, instant at) {
  return e.kind == event_kind::correction || e.occurred_at <= at;
}

event_ids corrected_by(const std::vector<event>& events, const selection& counts) {
  event_ids ids;
  for (const event& e : events) {
    if (e.corrects && counts(e)) ids.insert(*e.corrects);
  }
  return ids;
}

finding judge_selected(const std::vector<event>& history, const std::vector<event>& recalled, const question_then& q,
                       const selection& counts) {
  names dictionary;
  const event_ids corrected = corrected_by(history, counts);
  std::vector<fact> known;
  for (const event& e : history) {
    if (!counts(e) || corrected.contains(e.id)) continue;
    if (const auto f = fact_of(e, dictionary)) merge(known, *f);
  }
  std::vector<event> recalls_that_count;
  for (const event& e : recalled) {
    if (counts(e)) recalls_that_count.push_back(e);
  }
  const recalls r = recalls_of(recalls_that_count, corrected_by(recalled, counts), dictionary);
  return judge(known, r,
               {dictionary.intern({scope_kind::sender, q.sender}), dictionary.intern({scope_kind::group, q.group}),
                q.rule, q.at, q.life});
}

}  // namespace

finding judge_as_known_then(const std::vector<event>& history, const std::vector<event>& recalled,
                            const question_then& q) {
  return judge_selected(history, recalled, q, [&](const event& e) { return e.recorded_at <= q.at; });
}

finding judge_as_known_now(const std::vector<event>& history, const std::vector<event>& recalled,
                           const question_then& q) {
  return judge_selected(history, recalled, q, [&](const event& e) { return is_about(e, q.at); });
}

std::vector<event> learnt_since(const std::vector<event>& history, const std::vector<event>& recalled, instant at) {
  std::vector<event> found;
  for (const auto* events : {&history, &recalled}) {
    for (const event& e : *events) {
      if (e.recorded_at > at && is_about(e, at) && e.kind != event_kind::erasure) found.push_back(e);
    }
  }
  return found;
}

}  // namespace store
