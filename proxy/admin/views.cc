#include "proxy/admin/views.h"

#include <algorithm>
#include <set>

#include "proxy/admin/configured.h"
#include "proxy/admin/effects.h"
#include "proxy/admin/event_json.h"
#include "proxy/admin/explanation.h"
#include "store/knowledge.h"

namespace proxy {
namespace {

std::string_view name(policy_kind k) {
  switch (k) {
    case policy_kind::opt_in:
      return "opt_in";
    case policy_kind::opt_out:
      return "opt_out";
    case policy_kind::exempt:
      return "exempt";
  }
  return {};
}

// Nothing when neither consent nor its end is known there.
std::optional<std::string_view> state_name(store::standing s) {
  switch (s) {
    case store::standing::opted_out:
      return "opted_out";
    case store::standing::source_recalled:
      return "recalled";
    case store::standing::consent_expired:
      return "expired";
    case store::standing::allowed:
      return "opted_in";
    case store::standing::no_consent:
      return std::nullopt;
  }
  return std::nullopt;
}

// The event a finding rests on; nothing when there is none, or when it is not on disk yet.
std::variant<std::optional<store::event>, store::failure> event_at(const store::consent_store& store,
                                                                   std::uint64_t sequence) {
  if (sequence == 0) return std::optional<store::event>();
  return store.at(sequence);
}

store::question question_about(const store::consent_store::known_fact& f, store::consent_store& store, const config& c,
                               store::instant now) {
  store::question q{f.what.scope, f.what.scope, store::consent_rule::opt_in, now};
  if (f.scope.kind == store::scope_kind::sender) {
    q.group = store.intern({store::scope_kind::group, group_of(c, f.scope.name)});
  }
  return q;
}

void add_basis(boost::json::object& state, store::standing standing, const std::optional<store::event>& basis,
               store::instant now) {
  if (!basis) {
    // Blocked in memory, not on disk yet: that is a matter of milliseconds.
    state.emplace("since", store::to_string(now));
    return;
  }
  const bool expired = standing == store::standing::consent_expired && basis->expires_at;
  state.emplace("since", store::to_string(expired ? *basis->expires_at : basis->occurred_at));
  state.emplace("event", basis->sequence);
  if (basis->expires_at) state.emplace("expires_at", store::to_string(*basis->expires_at));
  if (!basis->source.empty()) state.emplace("source", basis->source);
}

view_or_failure<boost::json::array> scopes_of(store::consent_store& store, const config& c, store::number who,
                                              store::instant now) {
  boost::json::array scopes;
  std::set<store::scope_id> seen;
  for (const auto& f : store.known(who)) {
    if (!seen.insert(f.what.scope).second) continue;
    const auto finding = store.judge(who, question_about(f, store, c, now));
    const auto state = state_name(finding.result);
    if (!state) continue;
    auto basis = event_at(store, finding.sequence);
    if (auto* why = std::get_if<store::failure>(&basis)) return *why;
    boost::json::object o{{"scope", store::to_string(f.scope)}, {"state", *state}};
    add_basis(o, finding.result, std::get<std::optional<store::event>>(basis), now);
    scopes.push_back(std::move(o));
  }
  return scopes;
}

sender_lookup lookup_in(const config& c) {
  return {[&c](const std::string& sender) { return group_of(c, sender); },
          [&c](const store::scope& s) { return consent_life_of(c, s); }};
}

// What a decision about a sender says, whenever it is.
boost::json::object base_of(const std::string& number, const sender& s, const decision& d) {
  return {{"number", number},
          {"sender", s.name},
          {"group", s.group},
          {"policy", name(s.kind)},
          {"mode", s.mode == policy_mode::observe ? "observe" : "enforce"},
          {"verdict", name(d.verdict)},
          {"reason", name(d.reason)}};
}

std::optional<store::event> event_in(std::initializer_list<const std::vector<store::event>*> histories,
                                     std::uint64_t sequence) {
  for (const auto* events : histories) {
    for (const auto& e : *events) {
      if (e.sequence == sequence) return e;
    }
  }
  return std::nullopt;
}

}  // namespace

boost::json::object recorded_view(store::event e, const store::recorded& place, const config& c) {
  e.id = place.id;
  e.sequence = place.sequence;
  e.occurred_at = place.occurred_at;
  e.recorded_at = place.recorded_at;
  auto o = to_json(e);
  if (const auto warning = scope_warning(c, e.scope); !warning.empty())
    o.emplace("warnings", boost::json::array{warning});
  return o;
}

view_or_failure<boost::json::object> number_view(store::consent_store& store, const policy& p, store::number who,
                                                 store::instant now) {
  auto scopes = scopes_of(store, p.settings(), who, now);
  if (auto* why = std::get_if<store::failure>(&scopes)) return *why;
  boost::json::array senders;
  for (const auto& configured : p.settings().senders) {
    const auto d = p.decide(*p.sender_named(configured.name), who, now);
    senders.push_back(
        boost::json::object{{"sender", configured.name}, {"verdict", name(d.verdict)}, {"reason", name(d.reason)}});
  }
  return boost::json::object{{"number", store::to_string(store.kept_as(who))},
                             {"scopes", std::move(std::get<boost::json::array>(scopes))},
                             {"senders", std::move(senders)}};
}

view_or_failure<boost::json::array> history_view(const store::consent_store& store, const policy& p, store::number who,
                                                 store::instant now) {
  const auto history = store.history(who);
  if (const auto* why = std::get_if<store::failure>(&history)) return *why;
  const auto& events = std::get<std::vector<store::event>>(history);
  const auto recalled = store.history({});
  if (const auto* why = std::get_if<store::failure>(&recalled)) return *why;
  const auto texts = effects(events, std::get<std::vector<store::event>>(recalled), lookup_in(p.settings()), now);
  boost::json::array list;
  list.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto o = to_json(events[i]);
    o.emplace("effect", texts[i]);
    list.push_back(std::move(o));
  }
  return list;
}

view_or_failure<boost::json::object> decision_view(const store::consent_store& store, const policy& p,
                                                   const std::string& number_text, const std::string& sender_name,
                                                   store::instant now) {
  const auto who = store::read_number(number_text, store::number_kind::unknown, p.settings().numbers);
  const auto s = p.sender_named(sender_name);
  auto d = p.decide(*s, who, now);
  if (who) d = p.judge_hours(*s, d, *who, now);
  const auto basis = event_at(store, d.event);
  if (const auto* why = std::get_if<store::failure>(&basis)) return *why;
  const auto& event = std::get<std::optional<store::event>>(basis);
  boost::json::object o = base_of(who ? store::to_string(store.kept_as(*who)) : number_text, *s, d);
  if (event) o.emplace("event", to_json(*event));
  if (!is_configured(p.settings(), {store::scope_kind::sender, s->name})) {
    o.emplace("warnings", boost::json::array{"the sender " + s->name +
                                             " is not in the configuration: this is for a system_id of that name"});
  }
  o.emplace("explanation", explain(*s, d, event, store.condition()));
  return o;
}

view_or_failure<boost::json::object> decision_view_at(const store::consent_store& store, const policy& p,
                                                      const std::string& number_text, const std::string& sender_name,
                                                      store::instant at) {
  const auto s = p.sender_named(sender_name);
  const auto who = store::read_number(number_text, store::number_kind::unknown, p.settings().numbers);
  std::vector<store::event> history, recalled;
  if (who) {
    for (auto& [events, of] : {std::pair{&history, *who}, std::pair{&recalled, store::number{}}}) {
      auto read = store.history(of);
      if (auto* why = std::get_if<store::failure>(&read)) return *why;
      *events = std::get<std::vector<store::event>>(std::move(read));
    }
  }
  const auto rule = s->kind == policy_kind::opt_out ? store::consent_rule::opt_out : store::consent_rule::opt_in;
  const store::question_then q{s->name, s->group, rule, s->consent_life, at};
  const auto decided = [&](const store::finding& f) {
    return s->kind == policy_kind::exempt ? decision{verdict::forwarded, reason::none, 0}
           : who                          ? p.judge_hours(*s, p.decide(*s, f), *who, at)
                                          : p.apply_mode(*s, reason::unreadable_number);
  };
  const decision then = decided(store::judge_as_known_then(history, recalled, q));
  const auto basis = event_in({&history, &recalled}, then.event);
  boost::json::object o = base_of(who ? store::to_string(store.kept_as(*who)) : number_text, *s, then);
  o.emplace("at", store::to_string(at));
  if (basis) o.emplace("event", to_json(*basis));

  const decision today = decided(store::judge_as_known_now(history, recalled, q));
  boost::json::object since{{"verdict", name(today.verdict)}, {"reason", name(today.reason)}};
  if (const auto e = event_in({&history, &recalled}, today.event)) since.emplace("event", to_json(*e));
  boost::json::array learnt;
  for (const auto& e : store::learnt_since(history, recalled, at)) {
    // A recall concerns the person only through a source the person's consent came from.
    if (e.kind != store::event_kind::recall ||
        std::ranges::find(history, e.source, &store::event::source) != history.end())
      learnt.push_back(to_json(e));
  }
  since.emplace("events", std::move(learnt));
  o.emplace("learnt_since", std::move(since));
  o.emplace("explanation", "As the ledger stood at " + store::to_string(at) +
                               ", under today's configuration: " + explain(*s, then, basis, ""));
  return o;
}

}  // namespace proxy
