#include "proxy/admin/openapi.h"
#include "proxy/admin/resources.h"

namespace proxy {
namespace {

answer text(unsigned status, std::string body) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(body) + "\n"};
}

answer ready(const services& s) {
  const std::string why = s.not_ready ? s.not_ready() : std::string();
  if (!why.empty()) return text(503, why);
  if (s.store.load() == nullptr) return text(503, "the store is being loaded");
  return text(200, "ready");
}

}  // namespace

void add_meta_resources(router& to, const services& s) {
  const auto get = [&to](std::string_view pattern, std::function<answer(const request&)> f) {
    to.add({.method = "GET", .pattern = pattern, .handle = at_once(std::move(f)), .before_body = {}});
  };
  get("/healthz", [](const request&) { return text(200, "ok"); });
  get("/readyz", [&s](const request&) { return ready(s); });
  get("/metrics", [&s](const request&) {
    return answer{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = s.metrics->text()};
  });
  get("/openapi.json", [](const request&) {
    return answer{.content_type = "application/json", .body = std::string(openapi_description())};
  });
}

}  // namespace proxy
