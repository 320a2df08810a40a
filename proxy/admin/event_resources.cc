#include "proxy/admin/configured.h"
#include "proxy/admin/event_json.h"
#include "proxy/admin/event_tail.h"
#include "proxy/admin/json_body.h"
#include "proxy/admin/parameters.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/resources.h"
#include "proxy/admin/streamed.h"
#include "proxy/admin/views.h"

namespace proxy {
namespace {

constexpr std::size_t max_events = 10000;  // of one POST
constexpr std::uint64_t max_tail_lines = 100000;

struct checked_events {
  std::vector<store::event> events;
  std::vector<refused_field> refused;
  bool for_officer = false;  // not all of them are oppositions
};

void check_one(checked_events& into, std::size_t index, const boost::json::value& v, const request& r, const config& c,
               store::instant now) {
  const auto refuse = [&](const std::vector<store::refusal>& reasons) {
    for (const auto& why : reasons)
      into.refused.push_back({index, why});
  };
  const auto entry = read_entry(v);
  if (const auto* reasons = std::get_if<std::vector<store::refusal>>(&entry)) return refuse(*reasons);
  const auto kind = store::read_event_kind(std::get<store::entry>(entry).event);
  into.for_officer |= kind && *kind != store::event_kind::opt_out;
  auto checked = store::check(std::get<store::entry>(entry), c.numbers, now);
  if (const auto* reasons = std::get_if<std::vector<store::refusal>>(&checked)) return refuse(*reasons);
  auto& e = std::get<store::event>(checked);
  e.actor = r.actor;
  into.events.push_back(std::move(e));
}

answer created(const std::vector<store::event>& events, const std::vector<store::recorded>& places, bool as_array,
               const config& c) {
  boost::json::array list;
  for (std::size_t i = 0; i < events.size(); ++i)
    list.push_back(recorded_view(events[i], places[i], c));
  if (as_array) return json_answer(list, 201);
  answer a = json_answer(list.front(), 201);
  a.headers.emplace_back("Location", "/v1/numbers/" + store::to_string(events.front().who) + "/events");
  return a;
}

// By the sender its scope names; wider scopes, and senders that are not configured, have no label.
void count(metrics& m, const store::event& e, const config& c) {
  const bool of_a_sender = e.scope.kind == store::scope_kind::sender && is_configured(c, e.scope);
  const std::string sender = of_a_sender ? e.scope.name : "";
  e.kind == store::event_kind::opt_out ? m.count_opt_out(sender, store::name(e.method))
                                       : m.count_opt_in(sender, store::name(e.method));
}

void record(const loaded& l, metrics& m, std::vector<store::event> events, bool as_array, const reply& send) {
  auto copy = events;
  l.store->record(std::move(copy), [=, &m, events = std::move(events), policy = l.policy](const store::outcome& o) {
    send([=, &m] {
      if (const auto* why = std::get_if<store::failure>(&o)) {
        return unavailable("nothing is on disk: " + why->message +
                           "; opt-outs block from now on all the same, send them again");
      }
      for (const auto& e : events)
        count(m, e, policy->settings());
      return created(events, std::get<std::vector<store::recorded>>(o), as_array, policy->settings());
    });
  });
}

void post_events(const services& s, const request& r, const reply& send) {
  const auto now_answer = [&](answer a) { send([a = std::move(a)]() mutable { return std::move(a); }); };
  if (auto wrong = unknown_parameter(r, {})) return now_answer(*wrong);
  const auto l = load(s);
  if (!l) return now_answer(not_loaded(s));
  auto parsed = parse_json(r.body);
  if (auto* wrong = std::get_if<answer>(&parsed)) return now_answer(std::move(*wrong));
  const auto& document = std::get<boost::json::value>(parsed);
  const auto* array = document.if_array();
  if (array != nullptr && array->size() > max_events) {
    return now_answer(problem(413, "at most 10,000 events at once; more are for POST /v1/imports"));
  }
  checked_events checked;
  const auto now = store::now();
  const std::size_t count = array == nullptr ? 1 : array->size();
  for (std::size_t i = 0; i < count; ++i) {
    check_one(checked, i, array == nullptr ? document : (*array)[i], r, l->policy->settings(), now);
  }
  if (checked.for_officer && r.may < role::officer) return now_answer(forbidden(r, role::officer));
  if (!checked.refused.empty()) return now_answer(refused_events(checked.refused));
  if (checked.events.empty()) return now_answer(json_answer(boost::json::array{}, 201));
  record(*l, *s.metrics, std::move(checked.events), array != nullptr, send);
}

// --- the tail ---

std::variant<tail_query, std::string> read_tail_query(const request& r, const store::numbering_plan& plan) {
  tail_query q;
  if (auto wrong = read_count(r, "after", INT64_MAX, q.after)) return *wrong;
  if (auto wrong = read_count(r, "limit", max_tail_lines, q.limit)) return *wrong;
  if (auto wrong = read_times(r, q.from, q.to)) return *wrong;
  if (const auto* source = r.parameter("source")) q.source = *source;
  if (auto wrong = read_number(r, "number", plan, q.number)) return *wrong;
  return q;
}

answer get_events(const services& s, const request& r) {
  if (auto wrong = unknown_parameter(r, {"after", "limit", "number", "source", "from", "to"})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  const auto q = read_tail_query(r, l->policy->settings().numbers);
  if (const auto* wrong = std::get_if<std::string>(&q)) return problem(400, *wrong);
  const tail_query& query = std::get<tail_query>(q);
  return streamed_lines(query.limit == 0 ? nullptr : event_tail(*l->store, query));
}

}  // namespace

void add_event_resources(router& to, const services& s) {
  to.add({.method = "POST",
          .pattern = "/v1/events",
          .needs = role::clerk,  // of an opposition; post_events() asks for more of the rest
          .body = body_kind::json,
          .handle = [&s](const request& r, const reply& send) { post_events(s, r, send); },
          .before_body = {}});
  to.add({.method = "GET",
          .pattern = "/v1/events",
          .needs = role::viewer,
          .handle = at_once([&s](const request& r) { return get_events(s, r); }),
          .before_body = {}});
}

}  // namespace proxy
