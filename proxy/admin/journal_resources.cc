#include "proxy/admin/journal_lines.h"
#include "proxy/admin/parameters.h"
#include "proxy/admin/problem.h"
#include "proxy/admin/resources.h"
#include "proxy/admin/streamed.h"

namespace proxy {
namespace {

constexpr std::uint64_t max_limit = 1'000'000'000;

std::variant<journal_search, std::string> read_search(const request& r, const store::numbering_plan& plan) {
  journal_search s;
  if (auto wrong = read_number(r, "number", plan, s.what.who)) return *wrong;
  if (auto wrong = read_times(r, s.what.from, s.what.to)) return *wrong;
  if (auto wrong = read_count(r, "limit", max_limit, s.limit)) return *wrong;
  if (const auto* sender = r.parameter("sender")) s.what.sender = *sender;
  if (const auto* message_id = r.parameter("message_id")) s.what.message_id = *message_id;
  if (auto wrong = too_wide(s.what)) return *wrong;
  return s;
}

answer search_answer(const store::consent_store& store, const journal_search& s) {
  return streamed_lines(s.limit == 0 ? nullptr : journal_lines(store, s));
}

void get_journal(const services& s, const request& r, const reply& send) {
  const auto now_answer = [&](answer a) { send([a = std::move(a)]() mutable { return std::move(a); }); };
  if (auto wrong = unknown_parameter(r, {"number", "sender", "from", "to", "message_id", "limit"}))
    return now_answer(*wrong);
  const auto l = load(s);
  if (!l) return now_answer(not_loaded(s));
  auto search = read_search(r, l->policy->settings().numbers);
  if (const auto* wrong = std::get_if<std::string>(&search)) return now_answer(problem(400, *wrong));
  // What has just been decided is still on its way there.
  s.flush_journal([send, store = l->store, what = std::get<journal_search>(std::move(search))] {
    send([store, what] { return search_answer(*store, what); });
  });
}

}  // namespace

void add_journal_resources(router& to, const services& s) {
  to.add({.method = "GET",
          .pattern = "/v1/journal",
          .needs = role::viewer,
          .handle = [&s](const request& r, const reply& send) { get_journal(s, r, send); },
          .before_body = {}});
}

}  // namespace proxy
