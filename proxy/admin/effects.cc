#include "proxy/admin/effects.h"

namespace proxy {
namespace {

std::string in_words(const effect& e) {
  const std::string reference = std::to_string(e.by) + " of " + store::to_string(e.since);
  switch (e.what) {
    case effect::kind::none:
    case effect::kind::effective:
      break;
    case effect::kind::ended:
      return "ended by opt-out " + reference;
    case effect::kind::ineffective:
      return "ineffective: opt-out " + reference + " stands";
    case effect::kind::reassigned:
      return "void: the number was reassigned, " + reference;
    case effect::kind::erased:
      return "void: the person was erased, " + reference;
    case effect::kind::recalled:
      return "recalled by " + reference;
    case effect::kind::expired:
      return "expired on " + store::to_string(e.since);
    case effect::kind::lifted:
      return "lifted by opt-in " + reference;
    case effect::kind::corrected:
      return "corrected by " + reference;
  }
  return "effective";
}

}  // namespace

std::vector<std::string> effects(std::span<const store::event> history, std::span<const store::event> recalled,
                                 const sender_lookup& senders, store::instant now) {
  std::vector<std::string> all;
  for (const effect& e : effects_of(history, recalled, senders.group_of, senders.life_of, now))
    all.push_back(in_words(e));
  return all;
}

}  // namespace proxy
