#include "proxy/admin/journal_lines.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "proxy/observe/log.h"
#include "store/utf8.h"

namespace proxy {
namespace {

// What one piece costs at most, so that other requests get their turn and memory stays bounded.
constexpr std::size_t piece_octets = 256UL * 1024UL;
constexpr std::size_t piece_blocks = 8;

// What peers send may be anything: octets that are not UTF-8 are shown as Latin-1, so that each can still be told.
std::string readable(std::string_view text) {
  if (store::is_utf8(text)) return std::string(text);
  std::string shown;
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    if (octet < 0x80) {
      shown += c;
    } else {
      shown += static_cast<char>(0xC0U | octet >> 6U);
      shown += static_cast<char>(0x80U | (octet & 0x3FU));
    }
  }
  return shown;
}

boost::json::object to_json(const store::journal_entry& e) {
  boost::json::object o{
      {"at", store::to_string(e.at)}, {"sender", readable(e.sender)}, {"system_id", readable(e.system_id)}};
  if (e.who != store::number{}) {
    o.emplace("number", store::to_string(e.who));
  } else {
    o.emplace("destination", readable(e.destination));
  }
  o.emplace("verdict", e.verdict);
  o.emplace("reason", e.reason);
  if (e.event != 0) o.emplace("event", e.event);
  if (e.answered) o.emplace("command_status", e.command_status);
  if (!e.message_id.empty()) o.emplace("message_id", readable(e.message_id));
  return o;
}

class lines {
 public:
  lines(const store::consent_store& from, journal_search s) : store_(&from), search_(std::move(s)) {}

  std::optional<body_piece> next() {
    body_piece piece;
    const auto take = [&](const store::journal_entry& e) {
      piece.octets += boost::json::serialize(to_json(e));
      piece.octets += '\n';
      return --search_.limit > 0 && piece.octets.size() < piece_octets;
    };
    const auto place = store_->scan_journal(search_.what, place_, piece_blocks, take);
    if (const auto* why = std::get_if<store::failure>(&place)) {
      log(log_level::error, "an answer was cut short: the journal cannot be read", {{"reason", why->message}});
      return std::nullopt;
    }
    place_ = std::get<store::journal_place>(place);
    piece.last = place_.end || search_.limit == 0;
    return piece;
  }

 private:
  const store::consent_store* store_;
  journal_search search_;
  store::journal_place place_;
};

}  // namespace

std::optional<std::string> too_wide(const store::journal_query& q) {
  if (q.who || q.message_id || q.from) return std::nullopt;
  return "say whose decisions, or since when: a number, a message_id, or from (a time or a date) is needed";
}

body_stream journal_lines(const store::consent_store& from, journal_search s) {
  return [l = lines(from, std::move(s))]() mutable { return l.next(); };
}

}  // namespace proxy
