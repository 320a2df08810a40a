#include "proxy/cli/import_text.h"

#include <array>
#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/table.h"

namespace proxy {
namespace {

struct worth {
  const char* name;
  const char* heading;
  const char* meaning;
};

// What became of the rows that were taken.
constexpr std::array<worth, 7> worths{{
    {"effective_opt_ins", "opt-ins", "opt-ins that count"},
    {"opt_outs", "opt-outs", "opt-outs"},
    {"reassignments", "reassigned", "numbers that went to other persons"},
    {"opted_out", "opted out", "opt-ins of people who opted out: they count for nothing"},
    {"source_recalled", "recalled", "opt-ins of a recalled source: they count for nothing"},
    {"number_reassigned", "reassigned since",
     "opt-ins from before the number went to another person: they count for nothing"},
    {"consent_expired", "expired", "opt-ins that have ended"},
}};
constexpr std::size_t plain_worths = 3;  // those at the beginning that are as one hopes

std::string cell(const boost::json::object& o, const char* name) {
  const std::uint64_t n = count(o, name);
  return n == 0 ? "" : std::to_string(n);
}

std::string text(const boost::json::value& v) {
  return std::string(v.as_string());
}

void print_lines(const boost::json::object& report, const boost::json::object& figures) {
  const bool dry_run = report.at("dry_run").as_bool();
  for (std::size_t i = dry_run ? 0 : plain_worths; i < worths.size(); ++i) {
    if (const std::uint64_t rows = count(figures, worths[i].name); rows > 0)
      std::cout << "  " << rows << ' ' << worths[i].meaning << '\n';
  }
  const bool exact = figures.at("duplicates_are_exact").as_bool();
  if (const std::uint64_t rows = count(figures, "duplicates"); rows > 0 || !exact)
    std::cout << "  " << (exact ? "" : "at least ") << rows << " stand in the file more than once"
              << (exact ? "" : ": it has more rows than a dry run compares") << '\n';
}

void print_reasons(const boost::json::array& reasons) {
  std::vector<table_row> rows;
  for (const auto& r : reasons)
    rows.push_back({text(r.at("field")), text(r.at("kind")), std::to_string(count(r.as_object(), "rows"))});
  if (!rows.empty()) std::cout << "refused by reason:\n" << table({"field", "reason", "rows"}, rows);
}

void print_sources(const boost::json::object& figures) {
  std::vector<table_row> rows;
  for (const auto& s : figures.at("sources").as_array()) {
    const boost::json::object& o = s.as_object();
    table_row row{text(o.at("source")), text(o.at("source_kind"))};
    if (row.front().empty()) row.front() = "(none)";
    for (const char* name : {"rows", "taken", "unchanged", "refused"})
      row.push_back(cell(o, name));
    for (const worth& w : worths)
      row.push_back(cell(o, w.name));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  table_row header{"source", "kind", "rows", "taken", "unchanged", "refused"};
  for (const worth& w : worths)
    header.emplace_back(w.heading);
  std::cout << "by source:\n" << table(header, rows);
  if (const std::uint64_t others = count(figures, "rows_of_other_sources"); others > 0)
    std::cout << "  and " << others << " rows of other sources\n";
}

void print_scopes(const boost::json::object& figures) {
  std::vector<table_row> rows;
  for (const auto& s : figures.at("scopes_not_configured").as_array())
    rows.push_back({text(s.at("scope")), std::to_string(count(s.as_object(), "rows"))});
  if (!rows.empty()) std::cout << "not in the configuration:\n" << table({"scope", "rows"}, rows);
  if (const std::uint64_t others = count(figures, "rows_of_other_scopes_not_configured"); others > 0)
    std::cout << "  and " << others << " rows of other scopes\n";
}

}  // namespace

std::uint64_t count(const boost::json::object& report, std::string_view name) {
  return report.at(name).to_number<std::uint64_t>();
}

void print_import(const boost::json::object& report) {
  if (const auto* warnings = report.if_contains("warnings")) {
    for (const auto& w : warnings->as_array())
      std::cerr << "warning: " << printable(text(w)) << '\n';
  }
  const bool dry_run = report.at("dry_run").as_bool();
  std::cout << count(report, "rows") << " rows: " << count(report, "taken")
            << (dry_run ? " would be taken, " : " taken, ") << count(report, "unchanged") << " unchanged, "
            << count(report, "refused") << " refused\n";
  const boost::json::object& figures = report.at("figures").as_object();
  print_lines(report, figures);
  print_reasons(figures.at("refused_by_reason").as_array());
  if (!dry_run) return;
  print_sources(figures);
  print_scopes(figures);
}

}  // namespace proxy
