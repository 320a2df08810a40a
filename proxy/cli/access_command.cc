// access: who asked the gate, what and when.
#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/cli/table.h"

namespace proxy {
namespace {

std::string shown(const boost::json::object& use, const char* member) {
  const auto* v = use.if_contains(member);
  if (v == nullptr) return "-";
  return printable(v->is_string() ? std::string(v->as_string()) : boost::json::serialize(*v));
}

}  // namespace

int access_command(const common_options& o, const access_filter& f) {
  open_desk(o)->access(f, [&](std::string_view line) {
    if (o.json) {
      std::cout << line << '\n';
      return;
    }
    const boost::json::value parsed = boost::json::parse(line);
    const boost::json::object& use = parsed.as_object();
    std::cout << shown(use, "time");
    for (const char* member : {"token", "status", "method", "route", "number", "filter"})
      std::cout << "  " << shown(use, member);
    std::cout << '\n';
  });
  return 0;
}

}  // namespace proxy
