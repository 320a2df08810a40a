#include "proxy/admin/json_body.h"

#include <algorithm>
#include <boost/json/parser.hpp>

#include "proxy/admin/problem.h"

namespace proxy {
namespace {

// Where in the text the parser stopped, for people.
std::string place(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n');
  const auto column = 1 + offset - (line_start == std::string_view::npos ? 0 : line_start + 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

bool is_flag(std::string_view member) {
  return member == "approve" || member == "now";
}

// In the query it is text.
bool is_truth(const boost::json::value& v) {
  return v.is_bool() || (v.is_string() && (v.as_string() == "true" || v.as_string() == "false"));
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto n : names)
    text += (text.empty() ? "" : ", ") + std::string(n);
  return text;
}

}  // namespace

std::variant<boost::json::value, answer> parse_json(std::string_view text) {
  boost::json::parser parser;
  boost::system::error_code error;
  const auto taken = parser.write_some(text.data(), text.size(), error);
  if (error) return problem(400, "the body is not JSON: " + error.message() + " at " + place(text, taken));
  if (taken < text.size())
    return problem(400, "the body is not JSON: something follows its end at " + place(text, taken));
  return parser.release();
}

std::variant<boost::json::object, answer> read_members(const request& r, const std::vector<std::string_view>& names) {
  boost::json::object members;
  if (!r.body.empty()) {
    auto parsed = parse_json(r.body);
    if (auto* wrong = std::get_if<answer>(&parsed)) return std::move(*wrong);
    auto& document = std::get<boost::json::value>(parsed);
    if (!document.is_object()) return problem(400, "the body is not a JSON object; its members are " + listed(names));
    members = std::move(document.as_object());
  }
  for (const auto& [name, value] : r.target.query)
    members[name] = value;
  for (const auto& member : members) {
    const std::string name(member.key());
    if (std::ranges::find(names, name) == names.end())
      return problem(
          400, "there is no member " + name + " here; there " + (names.empty() ? "are none" : "are " + listed(names)));
    if (is_flag(name) && !is_truth(member.value()))
      return problem(400, "the member " + name + " must be true or false");
    if (!is_flag(name) && !member.value().is_string()) return problem(400, "the member " + name + " must be a string");
  }
  return members;
}

std::string text_member(const boost::json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->as_string()) : std::string();
}

bool flag_member(const boost::json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && (v->is_bool() ? v->as_bool() : text_member(o, name) == "true");
}

}  // namespace proxy
