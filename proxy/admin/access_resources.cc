#include "proxy/admin/access_tail.h"
#include "proxy/admin/parameters.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/resources.h"
#include "proxy/admin/streamed.h"

namespace proxy {
namespace {

constexpr std::uint64_t max_lines = 100000;

answer get_access(const services& s, const request& r) {
  if (auto wrong = unknown_parameter(r, {"number", "token", "from", "to", "limit"})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  store::access_query q;
  std::uint64_t limit = 1000;
  auto wrong = read_count(r, "limit", max_lines, limit);
  if (!wrong) wrong = read_times(r, q.from, q.to);
  if (!wrong) wrong = read_number(r, "number", l->policy->settings().numbers, q.about);
  if (wrong) return problem(400, *wrong);
  if (const auto* token = r.parameter("token")) q.actor = *token;
  return streamed_lines(limit == 0 ? nullptr : access_tail(*l->store, std::move(q), limit));
}

}  // namespace

void add_access_resources(router& to, const services& s) {
  to.add({.method = "GET",
          .pattern = "/v1/access",
          .needs = role::officer,
          .handle = at_once([&s](const request& r) { return get_access(s, r); }),
          .before_body = {}});
}

}  // namespace proxy
