// Errors as application/problem+json (RFC 9457).
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/admin/http.h"
#include "store/entry.h"

namespace proxy {

std::string_view status_phrase(unsigned status);

// `detail` says what is wrong, where, and what would be right.
answer problem(unsigned status, std::string_view detail);

// 403: this is for another role than the token's.
answer forbidden(const request& r, role needed);

// 503 with Retry-After.
answer unavailable(std::string_view detail);

// One reason why an event of a request is refused; `index` is its place in the array, from 0.
struct refused_field {
  std::size_t index = 0;
  store::refusal why;
};
// 422 with every reason in "errors".
answer refused_events(const std::vector<refused_field>& errors);

// 200 with a JSON document, or another status.
answer json_answer(const boost::json::value& document, unsigned status = 200);

}  // namespace proxy
