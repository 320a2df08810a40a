#include "proxy/admin/explanation.h"

namespace proxy {
namespace {

std::string in_parentheses(const std::optional<store::event>& e) {
  if (!e) return {};
  std::string text = " (event " + std::to_string(e->sequence);
  if (e->method != store::consent_method::none) text += ", " + std::string(store::name(e->method));
  if (!e->source.empty()) text += ", source " + e->source;
  return text + ")";
}

std::string on_day(const std::optional<store::event>& e) {
  return e ? " on " + store::to_string(e->occurred_at) : std::string();
}

std::string scope_text(const std::optional<store::event>& e) {
  return e ? " for " + store::to_string(e->scope) : std::string();
}

std::string forwarded(const sender& s, const std::optional<store::event>& e) {
  if (s.kind == policy_kind::exempt)
    return "Sender " + s.name + " is exempt: its messages need no consent and nothing is looked up.";
  if (!e || e->kind != store::event_kind::opt_in) {
    return "The person did not opt out, and the policy of " + s.name + " asks for no more.";
  }
  std::string text = "The person opted in" + scope_text(e) + on_day(e) + in_parentheses(e);
  return text + (e->expires_at ? "; that holds until " + store::to_string(*e->expires_at) + "." : ".");
}

std::string why_not(const sender& s, reason r, const std::optional<store::event>& e, const std::string& condition) {
  switch (r) {
    case reason::unreadable_number:
      return "The number cannot be read as 8 to 15 digits of an international number, so no consent can be looked up.";
    case reason::store_unavailable:
      return "The store is not available" + (condition.empty() ? std::string() : " (" + condition + ")") +
             ": whether there is consent is not known.";
    case reason::opted_out:
      return "The person opted out" + scope_text(e) + on_day(e) + in_parentheses(e) +
             "; only the person's own later reply lifts that.";
    case reason::source_recalled:
      return "The source of the consent was recalled" + on_day(e) + in_parentheses(e) + ", which voids it.";
    case reason::consent_expired:
      return "The consent given" + scope_text(e) + on_day(e) + in_parentheses(e) + " expired" +
             (e && e->expires_at ? " on " + store::to_string(*e->expires_at) + "." : ".");
    case reason::no_consent:
      return "There is no live opt-in for " + s.name + ", its group " + s.group +
             " or all senders, and the policy opt_in needs one.";
    case reason::sender_mismatch:
      return "The source address belongs to other senders.";
    case reason::unverifiable_destination:
      return "Who would receive the message cannot be known.";
    case reason::quiet_hours:
      return "There is consent, but the calendar of " + s.name +
             " permits no messages at that hour where the person is.";
    case reason::frequency_cap:
      return "There is consent, but the person has had as many messages of " + s.name + " as its cap permits.";
    case reason::missing_opt_out_mention:
      return "There is consent, but the text does not tell how to get no more messages.";
    case reason::throttled:
      return "The sender was sending more messages a second than its max_submits_per_second permits.";
    case reason::none:
      return "Nothing speaks against it.";
  }
  return {};
}

}  // namespace

std::string explain(const sender& s, const decision& d, const std::optional<store::event>& basis,
                    const std::string& store_condition) {
  if (d.verdict == verdict::forwarded) return forwarded(s, basis);
  const std::string why = why_not(s, d.reason, basis, store_condition);
  return d.verdict == verdict::observed ? why + " Observe mode lets the message pass all the same." : why;
}

}  // namespace proxy
