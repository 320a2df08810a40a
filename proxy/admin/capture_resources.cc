// GET /v1/capture: what crosses the gate from now on, as a pcapng file that grows while it is fetched.
#include "proxy/admin/parameters.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/resources.h"
#include "proxy/version.h"

namespace proxy {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t default_seconds = 60;
constexpr std::uint64_t most_seconds = 3600;
// Without a packet for so long, a block without one is sent: who has gone away is found out.
constexpr std::chrono::seconds silence{5};

body_stream stream_of(std::shared_ptr<capture> c, const captures& all, std::chrono::seconds length) {
  const auto now = steady_clock::now();
  return [c = std::move(c), &all, until = now + length, spoke = now]() mutable -> std::optional<body_piece> {
    const auto at = steady_clock::now();
    body_piece piece{.octets = c->take(), .last = at >= until || all.ended()};
    if (piece.last || (piece.octets.empty() && at - spoke >= silence)) piece.octets += c->statistics(store::now());
    piece.later = piece.octets.empty();
    if (!piece.later) spoke = at;
    return piece;
  };
}

answer get_capture(const services& s, const request& r) {
  if (auto wrong = unknown_parameter(r, {"number", "system_id", "seconds", "unmasked"})) return *wrong;
  const auto l = load(s);
  if (!l) return not_loaded(s);
  const store::numbering_plan& plan = l->policy->settings().numbers;
  capture_filter filter;
  std::uint64_t seconds = default_seconds;
  auto wrong = read_number(r, "number", plan, filter.number);
  if (!wrong) wrong = read_count(r, "seconds", most_seconds, seconds);
  if (wrong) return problem(400, *wrong);
  if (const auto* system_id = r.parameter("system_id")) filter.system_id = *system_id;
  if (filter.number.has_value() != filter.system_id.empty())
    return problem(400, "a capture is of one number or of one system_id: give one of the two");
  const auto* unmasked = r.parameter("unmasked");
  if (unmasked != nullptr && *unmasked != "true" && *unmasked != "false")
    return problem(400, "unmasked: true or false is expected");
  auto started = s.captures->start(std::move(filter), plan, unmasked != nullptr && *unmasked == "true");
  if (!started)
    return problem(409,
                   std::to_string(captures::most) + " captures are under way; end one, or wait until one has ended");
  answer a;
  a.content_type = "application/x-pcapng";
  a.body = pcapng::header(std::string("consentgate ") + version);
  a.rest = stream_of(std::move(started), *s.captures, std::chrono::seconds(seconds));
  return a;
}

}  // namespace

void add_capture_resources(router& to, const services& s) {
  to.add({.method = "GET",
          .pattern = "/v1/capture",
          .needs = role::officer,
          .handle = at_once([&s](const request& r) { return get_capture(s, r); }),
          .before_body = {}});
}

}  // namespace proxy
