// Loads a configuration from a text.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "proxy/config/config.h"
#include "tests/unit/catch.h"
#include "tests/unit/temporary_folder.h"

namespace testing {

using load_result = std::variant<proxy::config, std::vector<proxy::config_error>>;

inline load_result load_in(const temporary_folder& folder, const std::string& text) {
  std::ofstream(folder.path() / "gate.yaml") << text;
  return proxy::load_config(folder.path() / "gate.yaml");
}

// "LINE:COLUMN: message" of each; empty when the text is valid.
inline std::vector<std::string> lines_of(const std::vector<proxy::config_error>& errors) {
  std::vector<std::string> lines;
  for (const proxy::config_error& e : errors) {
    lines.push_back(std::to_string(e.line) + ":" + std::to_string(e.column) + ": " + e.message);
  }
  return lines;
}

inline std::vector<std::string> errors_in(const std::string& text) {
  const temporary_folder folder;
  const load_result loaded = load_in(folder, text);
  const auto* errors = std::get_if<std::vector<proxy::config_error>>(&loaded);
  return errors == nullptr ? std::vector<std::string>{} : lines_of(*errors);
}

inline const std::string upstream_line = "upstreams: [{address: \"smsc.example:2775\"}]\n";

// Of a text that has its upstreams already.
inline std::vector<std::string> errors_after_upstreams(const std::string& text) {
  return errors_in(upstream_line + text);
}

inline proxy::config valid(const std::string& text) {
  const temporary_folder folder;
  load_result loaded = load_in(folder, text);
  if (const auto* errors = std::get_if<std::vector<proxy::config_error>>(&loaded)) {
    for (const std::string& line : lines_of(*errors))
      UNSCOPED_INFO(line);
  }
  REQUIRE(std::holds_alternative<proxy::config>(loaded));
  return std::get<proxy::config>(std::move(loaded));
}

inline proxy::config valid_after_upstreams(const std::string& text) {
  return valid(upstream_line + text);
}

}  // namespace testing
