// What each event of a number's history amounts to today, in words.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "proxy/report/effect.h"

namespace proxy {

// What the configuration says of a sender, by its name.
struct sender_lookup {
  group_of_sender group_of;
  life_of_scope life_of;
};

// One text for each event of `history`, in their order. "effective"; for an opt-in what beats it: "ended by opt-out 12
// of TIME" (an opt-out that came to be known later), "ineffective: opt-out 12 of TIME stands" (one that was known
// before), "void: the number was reassigned, 20 of TIME", "void: the person was erased, 21 of TIME", "recalled by 30 of
// TIME" or "expired on TIME"; for an opt-out that the person took back for all it covers, "lifted by opt-in 13 of
// TIME"; for what a correction undid, "corrected by 14 of TIME". `recalled` are the recalls with their corrections.
std::vector<std::string> effects(std::span<const store::event> history, std::span<const store::event> recalled,
                                 const sender_lookup& senders, store::instant now);

}  // namespace proxy
