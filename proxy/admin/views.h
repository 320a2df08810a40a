// The store's answers to people, as the API and the command line give them: one number, and one decision.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <variant>

#include "proxy/policy/policy.h"
#include "store/consent_store.h"

namespace proxy {

template <typename View>
using view_or_failure = std::variant<View, store::failure>;

// An event that was handed in, with what the store gave it, and "warnings"? of a scope that is not configured.
boost::json::object recorded_view(store::event e, const store::recorded& place, const config& c);

// {"number", "scopes": [{"scope", "state", "since", "event", "expires_at"?, "source"?}], "senders": [{"sender",
// "verdict", "reason"}]}. One scope for each that the number's events name, with what is in force there today, wider
// scopes included; one sender for each that is configured. "since" is when the state began: the person's act, the
// expiry, or the recall.
view_or_failure<boost::json::object> number_view(store::consent_store& store, const policy& p, store::number who,
                                                 store::instant now);

// Its events, oldest recorded first, each with its "effect" (proxy/admin/effects.h).
view_or_failure<boost::json::array> history_view(const store::consent_store& store, const policy& p, store::number who,
                                                 store::instant now);

// What would become of a message from this sender to this number now: {"number", "sender", "group", "policy", "mode",
// "verdict", "reason", "event"?, "warnings"?, "explanation"}. `number_text` is shown when it cannot be read as a
// number.
view_or_failure<boost::json::object> decision_view(const store::consent_store& store, const policy& p,
                                                   const std::string& number_text, const std::string& sender_name,
                                                   store::instant now);

// The same as the ledger knew it at `at`, with "at", and in "learnt_since" the verdict and reason that everything known
// today gives for that time, the event this rests on, and "events": what was recorded later about that time or before.
// The rules are those of the configuration in force.
view_or_failure<boost::json::object> decision_view_at(const store::consent_store& store, const policy& p,
                                                      const std::string& number_text, const std::string& sender_name,
                                                      store::instant at);

}  // namespace proxy
