// From a request's method and path to the resource that answers it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/admin/http.h"
#include "proxy/admin/tokens.h"

namespace proxy {

enum class body_kind {
  none,
  json,  // at most 1 MiB, handed over as text
  csv,   // Content-Type text/csv, any length, handed over as a file
};

struct route {
  std::string_view method;     // "GET" answers HEAD too
  std::string_view pattern;    // "/v1/numbers/{}/events"
  role needs = role::officer;  // the least role that may; of no matter outside /v1
  body_kind body = body_kind::none;
  // Called on the HTTP thread once the body is there; must not wait for the disk or for anybody.
  std::function<void(const request&, reply)> handle;
  // What can be refused before a long body is sent; may be empty.
  std::function<std::optional<answer>(const request&)> before_body;
};

// A resource that answers at once.
std::function<void(const request&, reply)> at_once(std::function<answer(const request&)> f);

struct incoming {
  std::string_view method, target, authorization, content_type;
};

// Where a request leads. When it is refused, as much is filled in as is known.
struct matched {
  const route* to = nullptr;
  request what;
  std::optional<answer> refused;
};

class router {
 public:
  explicit router(tokens t) : tokens_(std::move(t)) {}
  void add(route r) { routes_.push_back(std::move(r)); }

  // The route, or the answer that says why there is none: 400, 401, 403, 404, 405 or 415.
  matched find(const incoming& i) const;

 private:
  tokens tokens_;
  std::vector<route> routes_;
};

}  // namespace proxy
