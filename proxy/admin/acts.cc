#include "proxy/admin/acts.h"

#include <algorithm>
#include <charconv>

#include "store/number_in_text.h"
#include "store/signing_key.h"
#include "store/telling_digits.h"
#include "store/utf8.h"

namespace proxy {
namespace {

constexpr std::size_t longest_reason = 1000;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

refused_act unreadable_number(const std::string& text) {
  return {400, "\"" + text +
                   "\" cannot be read as a number: 8 to 15 digits not starting with 0 are expected, with the country "
                   "code (+33612345678), or as a national number when numbers.country_code is configured"};
}

std::string named(const store::event& e) {
  return "event " + std::to_string(e.sequence);
}

}  // namespace

act<std::string> checked_reason(const std::string& reason, store::number about) {
  if (reason.find_first_not_of(' ') == std::string::npos)
    return refused_act{400, "a reason is missing: say why, for whoever reads the ledger in some years"};
  if (reason.size() > longest_reason)
    return refused_act{400, "the reason is " + std::to_string(reason.size()) + " octets long; at most " +
                                std::to_string(longest_reason) + " are taken"};
  if (!store::is_utf8(reason) || std::ranges::any_of(reason, is_control))
    return refused_act{400, "the reason is no plain text: UTF-8 without control characters is expected"};
  if (store::tells(reason, about))
    return refused_act{
        400, "the reason holds the person's number, and reasons stay when the person is erased: leave it out"};
  // Of whom a hash stands for no digits are known: then the fewest a number has are too many.
  if (store::names_a_number(reason, about.is_hash() ? 8 : 10))
    return refused_act{400,
                       "the reason holds what reads like a telephone number, and reasons stay when a person is erased: "
                       "leave it out"};
  return reason;
}

act<store::number> number_named(const std::string& text, const store::numbering_plan& plan) {
  const auto who = store::read_number(text, store::number_kind::unknown, plan);
  if (!who) return unreadable_number(text);
  return *who;
}

std::variant<store::instant, std::string> read_past(const std::string& text, store::instant now) {
  const auto t = store::read_time(text);
  if (!t)
    return "is no time: \"" + text + "\"; RFC 3339 (2026-11-24T10:00:00Z) or a date alone (2026-11-24) is expected";
  if (t->earliest > now) return "lies in the future: \"" + text + "\"";
  return std::min(t->latest, now);
}

act<store::event> recall_of(const store::consent_store& store, const std::string& source, const std::string& reason,
                            const std::string& actor, store::instant now) {
  auto why = checked_reason(reason, {});
  if (auto* wrong = std::get_if<refused_act>(&why)) return *wrong;
  if (source.empty() || source.size() > longest_reason || !store::is_utf8(source) ||
      std::ranges::any_of(source, is_control))
    return refused_act{400, "the source is no name: it is written as it was imported, such as list-2026-03"};
  if (store::names_a_number(source) && !store.knows_source(source))
    return refused_act{400,
                       "no event has this source, and its name reads like a telephone number, which would stay when "
                       "that person is erased: nothing is recalled"};
  store::event e;
  e.kind = store::event_kind::recall;
  e.source = source;
  e.reason = std::get<std::string>(why);
  e.actor = actor;
  e.occurred_at = now;
  return e;
}

act<store::event> reassignment_of(const reassignment& r, const store::numbering_plan& plan, const std::string& actor,
                                  store::instant now) {
  const auto who = number_named(r.number, plan);
  if (const auto* wrong = std::get_if<refused_act>(&who)) return *wrong;
  if (store::tells(r.source, std::get<store::number>(who)) || store::names_a_number(r.source))
    return refused_act{400,
                       "the source holds what reads like a telephone number, and sources stay when a person is erased: "
                       "leave it out"};
  store::event e;
  e.kind = store::event_kind::reassigned;
  e.who = std::get<store::number>(who);
  e.number_as_received = r.number;
  e.actor = actor;
  e.source = r.source;
  e.occurred_at = now;
  if (!r.occurred_at.empty()) {
    const auto t = read_past(r.occurred_at, now);
    if (const auto* wrong = std::get_if<std::string>(&t)) return refused_act{400, "occurred_at " + *wrong};
    e.occurred_at = std::get<store::instant>(t);
  }
  if (!r.reason.empty()) {
    auto why = checked_reason(r.reason, e.who);
    if (auto* wrong = std::get_if<refused_act>(&why)) return *wrong;
    e.reason = r.reason;
  }
  return e;
}

act<store::event> event_named(const store::consent_store& store, const std::string& reference) {
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(reference.data(), reference.data() + reference.size(), sequence);
  const bool is_sequence = error == std::errc() && end == reference.data() + reference.size();
  const auto id = store::read_event_id(reference);
  if (!is_sequence && !id) {
    return refused_act{400, "\"" + reference +
                                "\" names no event: its sequence (1234) or its id "
                                "(019ab4c0-…, 36 characters) is expected"};
  }
  const auto found = id ? store.find(*id) : store.at(sequence);
  if (const auto* why = std::get_if<store::failure>(&found))
    return refused_act{503, "the store cannot be read: " + why->message};
  const auto& e = std::get<std::optional<store::event>>(found);
  if (!e) return refused_act{404, "there is no event " + reference};
  return *e;
}

act<store::event> correction_of(const store::event& target, const std::string& reason, const std::string& actor,
                                store::instant now) {
  auto why = checked_reason(reason, target.who);
  if (auto* wrong = std::get_if<refused_act>(&why)) return *wrong;
  if (store::made_by_gate(target.method)) {
    return refused_act{422, named(target) +
                                " is what the person wrote, not an operator's mistake: only a later message of the "
                                "person changes it"};
  }
  if (target.kind == store::event_kind::correction || target.kind == store::event_kind::erasure) {
    return refused_act{422, named(target) + " is a " + std::string(store::name(target.kind)) +
                                ", which cannot be undone: enter anew what was lost by it"};
  }
  store::event e;
  e.kind = store::event_kind::correction;
  e.who = target.who;
  e.scope = target.scope;
  e.source = target.source;
  e.corrects = target.id;
  e.reason = std::get<std::string>(why);
  e.actor = actor;
  e.occurred_at = now;
  return e;
}

act<erasure> erasure_of(const std::string& number, const std::string& reason, const store::numbering_plan& plan,
                        const std::string& actor) {
  const auto who = number_named(number, plan);
  if (const auto* wrong = std::get_if<refused_act>(&who)) return *wrong;
  auto why = checked_reason(reason, std::get<store::number>(who));
  if (auto* wrong = std::get_if<refused_act>(&why)) return *wrong;
  erasure e;
  e.who = std::get<store::number>(who);
  e.by.reason = reason;
  e.by.actor = actor;
  return e;
}

act<verifications> begin_verification(const std::string* statement) {
  verifications v;
  if (statement == nullptr) return v;
  const auto heads = store::read_statement(*statement);
  if (!heads) {
    return refused_act{400,
                       "what was deposited is no statement of a signed head: the text of the member `statement` of "
                       "GET /v1/ledger/head is expected, as it was"};
  }
  v.ledger.deposited = heads->ledger;
  v.access.deposited = heads->access;
  return v;
}

}  // namespace proxy
