// Bodies of requests in JSON.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/admin/http.h"

namespace proxy {

// The document, or the problem that says where it is none.
std::variant<boost::json::value, answer> parse_json(std::string_view text);

// An object whose members are all among these names and strings, or truth values where they are flags; no body is an
// object without members. A member that stands in the query as well is taken from there.
std::variant<boost::json::object, answer> read_members(const request& r, const std::vector<std::string_view>& names);
std::string text_member(const boost::json::object& o, std::string_view name);  // empty when it is not there
bool flag_member(const boost::json::object& o, std::string_view name);         // true, or "true"

}  // namespace proxy
