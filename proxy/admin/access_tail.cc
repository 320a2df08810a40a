#include "proxy/admin/access_tail.h"

#include <boost/json/serialize.hpp>

#include "proxy/observe/log.h"

namespace proxy {
namespace {

// What one piece costs at most, so that other requests get their turn and memory stays bounded.
constexpr std::size_t piece_uses = 4096;

}  // namespace

boost::json::object to_json(const store::access_record& r) {
  boost::json::object o{
      {"time", store::to_string(r.at)}, {"token", r.what.actor}, {"method", r.what.method}, {"route", r.what.route}};
  if (r.what.about) o["number"] = store::to_string(*r.what.about);
  if (r.what.status != 0) o["status"] = r.what.status;
  if (!r.what.filter.empty()) o["filter"] = r.what.filter;
  return o;
}

body_stream access_tail(const store::consent_store& from, store::access_query q, std::uint64_t limit) {
  return [&from, q = std::move(q), limit]() mutable -> std::optional<body_piece> {
    body_piece piece;
    const auto rest = from.scan_access(q, piece_uses, [&](const store::access_record& r) {
      piece.octets += boost::json::serialize(to_json(r)) + '\n';
      return --limit > 0;
    });
    if (const auto* failed = std::get_if<store::failure>(&rest)) {
      log(log_level::error, "an answer was cut short: the store cannot be read", {{"reason", failed->message}});
      return std::nullopt;
    }
    const auto& next = std::get<std::optional<store::instant>>(rest);
    piece.last = !next;
    if (next) q.from = next;
    return piece;
  };
}

}  // namespace proxy
