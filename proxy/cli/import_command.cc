#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/commands.h"

namespace proxy {
namespace {

constexpr int partly_done = 3;

std::uint64_t count(const boost::json::object& report, const char* name) { return report.at(name).to_number<std::uint64_t>(); }

// On a terminal only.
void draw_bar(const boost::json::object& report) {
  constexpr std::uint64_t width = 40;
  const std::uint64_t all = count(report, "octets");
  const std::uint64_t done = all == 0 ? width : std::min(width, count(report, "octets_read") * width / all);
  std::cerr << "\r[" << std::string(done, '#') << std::string(width - done, ' ') << "] " << count(report, "rows") << " rows"
            << std::flush;
}

void print_refused(std::string_view line) {
  const boost::json::value row = boost::json::parse(line);
  std::cerr << "line " << row.at("line") << " refused:\n";
  for (const auto& reason : row.at("reasons").as_array()) {
    std::cerr << "  " << reason.at("field").as_string().c_str() << ": " << reason.at("message").as_string().c_str() << '\n';
  }
}

}  // namespace

int import_command(const common_options& o, const import_order& order) {
  if (access(order.file.c_str(), R_OK) != 0) throw command_failed("cannot read " + order.file.string());
  const bool terminal = isatty(STDERR_FILENO) != 0;
  boost::json::array refused;
  boost::json::object report = open_desk(o)->import(
      order,
      [&](const boost::json::object& progress) {
        if (terminal) draw_bar(progress);
      },
      [&](std::string_view line) {
        o.json ? refused.push_back(boost::json::parse(line)) : print_refused(line);
      });
  if (terminal) std::cerr << '\n';
  if (o.json) {
    report["refusals"] = std::move(refused);
    std::cout << report << '\n';
  } else {
    if (const auto* warnings = report.if_contains("warnings")) {
      for (const auto& w : warnings->as_array()) std::cerr << "warning: " << w.as_string().c_str() << '\n';
    }
    std::cout << count(report, "rows") << " rows: " << count(report, "taken") << (order.dry_run ? " would be taken, " : " taken, ")
              << count(report, "unchanged") << " unchanged, " << count(report, "refused") << " refused\n";
  }
  return count(report, "refused") == 0 ? 0 : partly_done;
}

}  // namespace proxy
