#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <iomanip>
#include <sstream>

#include "proxy/report/report_json.h"

namespace proxy {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t most_rows = 50;  // of one table; the others are in JSON and CSV

std::string duration(double seconds) {
  struct unit {
    double seconds;
    const char* name;
  };
  constexpr std::array<unit, 4> units{{{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}}};
  const auto fits = std::ranges::find_if(units, [&](const unit& u) { return seconds >= u.seconds; });
  std::ostringstream out;
  out << std::fixed << std::setprecision(1);
  fits == units.end() ? out << seconds * 1000 << " ms" : out << seconds / fits->seconds << fits->name;
  return out.str();
}

std::string text_of(const value& v, bool is_duration) {
  if (v.is_null()) return "-";
  if (is_duration) return duration(v.to_number<double>());
  std::string text = v.is_string() ? std::string(v.as_string()) : plain(v);
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

// Code points of UTF-8: near enough to the columns of a terminal.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

struct column {
  const char* title;
  std::initializer_list<const char*> path;
  bool duration = false;
};

const value& at(const value& row, const column& c) {
  const value* v = &row;
  for (const char* name : c.path)
    v = &v->as_object().at(name);
  return *v;
}

// Names to the left, figures to the right.
std::string table(const std::string& title, const array& rows, const std::vector<column>& columns) {
  if (rows.empty()) return {};
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  for (const column& c : columns)
    widths.push_back(width(c.title));
  for (const value& row : rows) {
    if (cells.size() == most_rows) break;
    auto& line = cells.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      line.push_back(text_of(at(row, columns[i]), columns[i].duration));
      widths[i] = std::max(widths[i], width(line.back()));
    }
  }
  std::string text = "\n" + title + "\n";
  const auto add = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = cell_of(i);
      const std::string blanks(widths[i] - width(cell), ' ');
      const value& first = at(rows.front(), columns[i]);
      const bool left = first.is_string() || (first.is_null() && i == 0);
      line += "  " + (left ? cell + blanks : blanks + cell);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add([&](std::size_t i) { return std::string(columns[i].title); });
  for (const auto& line : cells)
    add([&](std::size_t i) { return line[i]; });
  if (rows.size() > cells.size())
    text += "  ... and " + std::to_string(rows.size() - cells.size()) + " more: --format json or csv\n";
  return text;
}

std::string figure(const object& o, std::string_view name) {
  return text_of(o.at(name), false);
}

std::string why_table(const std::string& title, const object& o) {
  return table(title + ", by reason", o.at("by_reason").as_array(), {{"reason", {"reason"}}, {"messages", {"count"}}}) +
         table(title + ", by sender", o.at("by_sender").as_array(),
               {{"sender", {"sender"}}, {"reason", {"reason"}}, {"messages", {"count"}}}) +
         table(title + ", by source", o.at("by_source").as_array(), {{"source", {"source"}}, {"messages", {"count"}}});
}

}  // namespace

std::string report_text(const object& report) {
  std::string text = "From " + figure(report, "from") + " to " + figure(report, "to");
  for (const char* name : {"sender", "source"}) {
    if (report.contains(name)) text += ", " + std::string(name) + " " + figure(report, name);
  }
  text += "\n";
  const value& begins = report.at("journal_begins");
  if (begins.is_null())
    text += "The journal holds no decision.\n";
  else if (begins.as_string() > report.at("from").as_string())
    text += "The journal begins at " + figure(report, "journal_begins") + ": earlier messages are not counted.\n";
  const object& submits = report.at("submits").as_object();
  text += "\nSubmits: " + figure(submits, "total") + " (" + figure(submits, "forwarded") + " forwarded, " +
          figure(submits, "refused") + " refused, " + figure(submits, "observed") + " observed)\n";
  text += table(
      "Submits by sender", submits.at("by_sender").as_array(),
      {{"sender", {"sender"}}, {"forwarded", {"forwarded"}}, {"refused", {"refused"}}, {"observed", {"observed"}}});
  text += why_table("Refused", report.at("refusals").as_object());
  const object& observed = report.at("would_have_been_refused").as_object();
  if (observed.at("total").to_number<std::uint64_t>() > 0)
    text += why_table("Passed in observe mode, would have been refused", observed);

  const object& opt_outs = report.at("opt_outs").as_object();
  text += "\nOpt-outs: " + figure(opt_outs, "total");
  if (opt_outs.at("corrected").to_number<std::uint64_t>() > 0)
    text += " (and " + figure(opt_outs, "corrected") + " corrected since)";
  text += "\n";
  array methods = opt_outs.at("by_method").as_array();
  if (methods.size() > 1) {
    methods.push_back(object{
        {"method", "all"}, {"count", opt_outs.at("total")}, {"seconds_to_effect", opt_outs.at("seconds_to_effect")}});
  }
  text += table("From the person's act to its effect", methods,
                {{"method", {"method"}},
                 {"opt-outs", {"count"}},
                 {"median", {"seconds_to_effect", "median"}, true},
                 {"p95", {"seconds_to_effect", "p95"}, true},
                 {"longest", {"seconds_to_effect", "max"}, true}});
  text += table("Sources by complaints", report.at("sources").as_array(),
                {{"source", {"source"}},
                 {"messages", {"messages"}},
                 {"opt-outs", {"opt_outs"}},
                 {"per thousand", {"per_thousand"}}});
  text += "\nWhat the figures mean\n";
  for (const auto& [name, meaning] : report.at("definitions").as_object())
    text += "  " + std::string(name) + ": " + text_of(meaning, false) + "\n";
  return text;
}

}  // namespace proxy
