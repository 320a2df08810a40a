#include "proxy/admin/acts.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/resources.h"
#include "proxy/admin/views.h"
#include "store/number.h"

namespace proxy {
namespace {

template <typename View>
answer answer_of(const view_or_failure<View>& v) {
  if (const auto* why = std::get_if<store::failure>(&v))
    return unavailable("the store cannot be read: " + why->message);
  return json_answer(std::get<View>(v));
}

answer unreadable(const std::string& text) {
  return problem(400,
                 "\"" + text +
                     "\" cannot be read as a number: 8 to 15 digits not starting with 0 are expected, with the country "
                     "code (+33612345678), or as a national number when numbers.country_code is configured");
}

template <typename Show>
answer about_number(const services& s, const request& r, Show show) {
  if (auto wrong = unknown_parameter(r, {})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  const auto who = store::read_number(r.captured.front(), store::number_kind::unknown, l->policy->settings().numbers);
  return who ? show(*l, *who) : unreadable(r.captured.front());
}

answer decision_answer(const services& s, const request& r) {
  if (auto wrong = unknown_parameter(r, {"number", "sender", "at"})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  std::string missing;
  for (const char* name : {"number", "sender"}) {
    const auto* value = r.parameter(name);
    if (value == nullptr || value->empty()) missing += (missing.empty() ? "" : " and ") + std::string(name);
  }
  if (!missing.empty())
    return problem(400, "missing in the query: " + missing + ", as in ?number=33612345678&sender=NAME");
  if (const auto* text = r.parameter("at")) {
    const auto at = read_past(time_from_query(*text), store::now());
    if (const auto* wrong = std::get_if<std::string>(&at)) return problem(400, "the parameter at " + *wrong);
    return answer_of(decision_view_at(*l->store, *l->policy, number_from_query(*r.parameter("number")),
                                      *r.parameter("sender"), std::get<store::instant>(at)));
  }
  return answer_of(decision_view(*l->store, *l->policy, number_from_query(*r.parameter("number")),
                                 *r.parameter("sender"), store::now()));
}

}  // namespace

void add_number_resources(router& to, const services& s) {
  const auto get = [&to](std::string_view pattern, std::function<answer(const request&)> f) {
    to.add({.method = "GET", .pattern = pattern, .handle = at_once(std::move(f)), .before_body = {}});
  };
  get("/v1/numbers/{}", [&s](const request& r) {
    return about_number(s, r, [](const loaded& l, store::number who) {
      return answer_of(number_view(*l.store, *l.policy, who, store::now()));
    });
  });
  get("/v1/numbers/{}/events", [&s](const request& r) {
    return about_number(s, r, [](const loaded& l, store::number who) {
      return answer_of(history_view(*l.store, *l.policy, who, store::now()));
    });
  });
  get("/v1/decision", [&s](const request& r) { return decision_answer(s, r); });
}

}  // namespace proxy
