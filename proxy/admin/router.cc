#include "proxy/admin/router.h"

#include <algorithm>

#include "proxy/admin/problem.h"

namespace proxy {
namespace {

// The segments that stand where the pattern has {}, or nothing when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, const std::vector<std::string>& path) {
  std::vector<std::string> captured;
  auto segment = path.begin();
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const auto expected = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(expected.size());
    if (expected.empty() && path.empty()) break;
    if (segment == path.end()) return std::nullopt;
    if (expected == "{}" && !segment->empty()) {
      captured.push_back(*segment);
    } else if (expected != *segment) {
      return std::nullopt;
    }
    ++segment;
  }
  if (segment != path.end()) return std::nullopt;
  return captured;
}

bool is_csv(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find_first_of("; \t")));
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return type == "text/csv";
}

answer unauthorized() {
  answer a = problem(401,
                     "/v1 needs the header Authorization: Bearer TOKEN, with a token of the files that the "
                     "configuration names under admin");
  a.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"consentgate\"");
  return a;
}

answer method_not_allowed(std::string_view method, const std::string& allowed) {
  answer a = problem(405, std::string(method) + " is not possible here; possible are " + allowed);
  a.headers.emplace_back("Allow", allowed);
  return a;
}

bool answers(const route& r, std::string_view method) {
  return r.method == method || (method == "HEAD" && r.method == "GET");
}

}  // namespace

std::function<void(const request&, reply)> at_once(std::function<answer(const request&)> f) {
  return
      [f = std::move(f)](const request& r, const reply& send) { send([a = f(r)]() mutable { return std::move(a); }); };
}

matched router::find(const incoming& i) const {
  matched m;
  const auto refuse = [&](answer a) {
    m.refused = std::move(a);
    return std::move(m);
  };
  auto target = read_target(i.target);
  if (auto* wrong = std::get_if<std::string>(&target)) return refuse(problem(400, *wrong));
  m.what.method = i.method;
  m.what.target = std::move(std::get<request_target>(target));
  const auto& path = m.what.target.segments;
  if (!path.empty() && path.front() == "v1") {
    const token_holder* who = tokens_.holder(i.authorization);
    if (who == nullptr) return refuse(unauthorized());
    m.what.actor = who->name;
    m.what.may = who->may;
  }
  std::string allowed;
  for (const route& r : routes_) {
    auto captured = match(r.pattern, path);
    if (!captured) continue;
    m.to = &r;
    m.what.captured = std::move(*captured);
    if (!answers(r, i.method)) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(r.method) + (r.method == "GET" ? ", HEAD" : "");
      continue;
    }
    if (!m.what.actor.empty() && m.what.may < r.needs) return refuse(forbidden(m.what, r.needs));
    if (r.body == body_kind::csv && !is_csv(i.content_type))
      return refuse(problem(415, "the body must be text/csv: say so in Content-Type"));
    return m;
  }
  if (!allowed.empty()) return refuse(method_not_allowed(i.method, allowed));
  return refuse(problem(404, "there is nothing at this path; /openapi.json describes what there is"));
}

}  // namespace proxy
