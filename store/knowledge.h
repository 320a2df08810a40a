// What the ledger knew of a number at a time, and what it has learnt about that time since: the verdict of a day long
// past, from the events alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/event.h"
#include "store/precedence.h"

namespace store {

// The same question as `question`, by names, since the events have no other.
struct question_then {
  std::string sender;
  std::string group;
  consent_rule rule = consent_rule::opt_in;
  std::chrono::months life{0};
  instant at{};
};

// The verdict at `q.at` from the events that were recorded by then. `history` is the number's own, `recalled` the
// recalls with their corrections; both hold later events, too.
finding judge_as_known_then(const std::vector<event>& history, const std::vector<event>& recalled,
                            const question_then& q);

// The verdict about `q.at` from everything that is known today: what was recorded later counts if it happened by then.
finding judge_as_known_now(const std::vector<event>& history, const std::vector<event>& recalled,
                           const question_then& q);

// The events that make the difference: recorded after `at`, and about it.
std::vector<event> learnt_since(const std::vector<event>& history, const std::vector<event>& recalled, instant at);

}  // namespace store
