// What each event of a number's history amounts to today: the rules of precedence, told instead of applied.
#pragma once

#include <span>
#include <vector>

#include "proxy/report/scopes.h"

namespace proxy {

struct effect {
  enum class kind {
    none,  // it says something about other events
    effective,
    ended,        // an opt-in: by an opt-out that came to be known later
    ineffective,  // an opt-in: because of an opt-out that was known before
    reassigned,   // an opt-in: the number went to another person
    erased,       // an opt-in: its proof went when the person was erased
    recalled,     // an opt-in: its source was recalled
    expired,      // an opt-in
    lifted,       // an opt-out: taken back by a later message of the person
    corrected,    // an operator's mistake
  };
  kind what = kind::none;
  std::uint64_t by = 0;    // the sequence of the event that did it
  store::instant since{};  // of that event, or of the expiry
};

// Of an opt-in for that scope; 0: it has no end.
using life_of_scope = std::function<std::chrono::months(const store::scope& s)>;

// One for each event of `history`; `recalled` are the recalls with their corrections.
std::vector<effect> effects_of(std::span<const store::event> history, std::span<const store::event> recalled,
                               const group_of_sender& group_of, const life_of_scope& life_of, store::instant now);

}  // namespace proxy
