// journal: the decisions taken on submitted messages.
#include <boost/json.hpp>
#include <cstdio>
#include <iostream>
#include <utility>

#include "proxy/cli/commands.h"
#include "proxy/cli/table.h"

namespace proxy {
namespace {

std::string text_of(const boost::json::object& o, std::string_view name) {
  const boost::json::value* v = o.if_contains(name);
  if (v == nullptr) return "-";
  return v->is_string() ? std::string(v->as_string()) : boost::json::serialize(*v);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

// Columns of fixed widths: lines are printed as they come, however many there are.
std::string row(const std::string& at, const std::string& sender, const std::string& system_id, const std::string& to,
                const std::string& verdict, const std::string& reason, const std::string& event,
                const std::string& status, const std::string& message_id) {
  return padded(at, 27) + "  " + padded(sender, 14) + "  " + padded(system_id, 12) + "  " + padded(to, 15) + "  " +
         padded(verdict, 9) + "  " + padded(reason, 24) + "  " + padded(event, 8) + "  " + padded(status, 10) + "  " +
         message_id;
}

std::string status_of(const boost::json::object& o) {
  const boost::json::value* v = o.if_contains("command_status");
  if (v == nullptr) return "-";
  char text[16];
  std::snprintf(text, sizeof text, "0x%02X", static_cast<unsigned>(v->to_number<std::uint32_t>()));
  return text;
}

}  // namespace

int journal_command(const common_options& o, const journal_filter& f) {
  bool first = true;
  open_desk(o)->journal(f, [&](std::string_view line) {
    if (o.json) {
      std::cout << line << '\n';
      return;
    }
    if (std::exchange(first, false))
      std::cout << row("at", "sender", "system_id", "to", "verdict", "reason", "event", "status", "message_id") << '\n';
    const boost::json::object e = boost::json::parse(line).as_object();
    std::cout << printable(row(text_of(e, "at"), text_of(e, "sender"), text_of(e, "system_id"),
                               text_of(e, e.contains("number") ? "number" : "destination"), text_of(e, "verdict"),
                               text_of(e, "reason"), text_of(e, "event"), status_of(e), text_of(e, "message_id")))
              << '\n';
  });
  if (first && !o.json) std::cout << "No decisions match.\n";
  if (!std::cout.flush()) throw command_failed("the decisions could not be written to their end: is the disk full?");
  return 0;
}

}  // namespace proxy
