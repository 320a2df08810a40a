#include <algorithm>
#include <boost/json/value.hpp>

#include "proxy/report/report_json.h"

namespace proxy {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::string_view columns[] = {"section", "sender", "source", "method", "verdict", "reason"};

// A spreadsheet would take a text that begins so for a formula, some also after blanks.
bool looks_like_a_formula(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first != std::string_view::npos && std::string_view("=+-@\t\r\n").find(text[first]) != std::string_view::npos;
}

std::string cell(std::string_view text) {
  std::string safe(looks_like_a_formula(text) ? "'" : "");
  safe += text;
  if (safe.find_first_of("\",\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe)
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string text_of(const value& v) {
  if (v.is_null()) return {};
  return v.is_string() ? std::string(v.as_string()) : plain(v);
}

class lines {
 public:
  lines() {
    for (const auto c : columns)
      text_ += std::string(c) + ",";
    text_ += "measure,value\r\n";
  }

  // What the figure is about comes from the columns of that name in `about`.
  void add(std::string_view section, const object& about, std::string_view measure, const value& v) {
    for (const auto c : columns) {
      const value* named = about.if_contains(c);
      text_ += cell(c == "section" ? std::string(section) : named == nullptr ? std::string() : text_of(*named)) + ",";
    }
    text_ += cell(measure) + "," + (v.is_string() ? cell(v.as_string()) : text_of(v)) + "\r\n";
  }

  // A line for each member of each of them that is a figure; what a nested object says is put after its name.
  void add_each(std::string_view section, const value& list) {
    for (const value& one : list.as_array())
      add_members(section, one.as_object(), one.as_object(), "");
  }

  void add_members(std::string_view section, const object& about, const object& members, const std::string& prefix) {
    for (const auto& [name, v] : members) {
      const bool says_what = prefix.empty() && std::ranges::find(columns, std::string_view(name)) != std::end(columns);
      if (says_what || v.is_array()) continue;
      if (const object* nested = v.if_object())
        add_members(section, about, *nested, std::string(name) + ".");
      else
        add(section, about, prefix + std::string(name), v);
    }
  }

  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string report_csv(const object& report) {
  lines out;
  for (const char* name : {"from", "to", "sender", "source", "journal_begins"}) {
    if (const value* v = report.if_contains(name)) out.add("report", {}, name, *v);
  }
  for (const char* section : {"submits", "refusals", "would_have_been_refused", "opt_outs"}) {
    const object& o = report.at(section).as_object();
    out.add_members(section, {}, o, "");
    for (const auto& [name, v] : o) {
      if (v.is_array()) out.add_each(std::string(section) + "." + std::string(name), v);
    }
  }
  out.add_each("sources", report.at("sources"));
  for (const auto& [name, v] : report.at("definitions").as_object())
    out.add("definitions", {}, name, v);
  return std::move(out).text();
}

}  // namespace proxy
