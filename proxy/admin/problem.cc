#include "proxy/admin/problem.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace proxy {
namespace {

boost::json::object members(unsigned status, std::string_view detail) {
  return {{"type", "about:blank"}, {"title", status_phrase(status)}, {"status", status}, {"detail", detail}};
}

answer problem_answer(const boost::json::object& document, unsigned status) {
  return {
      .status = status, .content_type = "application/problem+json", .body = boost::json::serialize(document) + "\n"};
}

}  // namespace

std::string_view status_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Error";
  }
}

answer problem(unsigned status, std::string_view detail) {
  return problem_answer(members(status, detail), status);
}

answer forbidden(const request& r, role needed) {
  return problem(403, "this needs the role " + std::string(name(needed)) + ", and the token " + r.actor + " is a " +
                          std::string(name(r.may)) + "'s");
}

answer unavailable(std::string_view detail) {
  answer a = problem(503, detail);
  a.headers.emplace_back("Retry-After", "1");
  return a;
}

answer refused_events(const std::vector<refused_field>& errors) {
  auto document = members(422, "Nothing was recorded: each reason is in \"errors\".");
  boost::json::array list;
  for (const auto& e : errors) {
    list.push_back(boost::json::object{{"index", e.index}, {"field", e.why.field}, {"message", e.why.message}});
  }
  document["errors"] = std::move(list);
  return problem_answer(document, 422);
}

answer json_answer(const boost::json::value& document, unsigned status) {
  return {.status = status, .content_type = "application/json", .body = boost::json::serialize(document) + "\n"};
}

}  // namespace proxy
