// What each event of a number's history amounts to today, in words: the rules of precedence, told instead of applied.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "store/event.h"

namespace proxy {

// The group of a sender by its name.
using group_lookup = std::function<std::string(const std::string& sender)>;

// One text for each event, in their order. "effective"; for an opt-in what beats it: "ended by opt-out 12 of TIME" (an
// opt-out that came to be known later), "ineffective: opt-out 12 of TIME stands" (one that was known before), "recalled
// by 30 of TIME" or "expired on TIME"; for an opt-out that the person took back for all it covers, "lifted by opt-in 13
// of TIME". Recalls of sources count when they are in the history.
std::vector<std::string> effects(std::span<const store::event> history, const group_lookup& group_of,
                                 store::instant now);

}  // namespace proxy
