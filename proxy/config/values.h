// Scalars of the configuration: each reader says whether it could read; when not, it has noted what is wrong and left
// `out` as it was.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "proxy/config/section.h"

namespace proxy {

std::string shown(const YAML::Node& n);  // "`value`", as messages quote it

// A text that is not empty, in UTF-8 and without control characters.
bool read_text(const YAML::Node& n, const std::string& name, std::string& out, error_list& errors);
// A list of them.
bool read_texts(const YAML::Node& n, const std::string& name, std::vector<std::string>& out, error_list& errors);
// 0 to `most` digits, at least one unless `may_be_empty`.
bool read_digits(const YAML::Node& n, const std::string& name, std::size_t most, bool may_be_empty, std::string& out,
                 error_list& errors);
bool read_flag(const YAML::Node& n, const std::string& name, bool& out, error_list& errors);
// `off` reads as 0 when `or_off`.
bool read_integer(const YAML::Node& n, const std::string& name, std::uint32_t least, std::uint32_t most, bool or_off,
                  std::uint32_t& out, error_list& errors);
// "30s", "500ms", "2m", "1h", a number of seconds; `off` reads as 0 when `or_off`.
bool read_duration(const YAML::Node& n, const std::string& name, bool or_off, std::chrono::milliseconds& out,
                   error_list& errors);
// "36mo", up to a hundred years; `off` reads as 0.
bool read_months(const YAML::Node& n, const std::string& name, std::chrono::months& out, error_list& errors);
// "13mo", "400d", up to a hundred years; `off` reads as 0.
bool read_retention(const YAML::Node& n, const std::string& name, std::chrono::seconds& out, error_list& errors);
// "12h", "7d", from a minute up to 92 days.
bool read_window(const YAML::Node& n, const std::string& name, std::chrono::seconds& out, error_list& errors);
// HOST:PORT with a port from 1.
bool read_endpoint(const YAML::Node& n, const std::string& name, endpoint& out, error_list& errors);
// 0x45, 69 or ESME_RSUBMITFAIL.
bool read_status(const YAML::Node& n, const std::string& name, smpp::command_status& out, error_list& errors);

template <typename T>
bool read_choice(const YAML::Node& n, const std::string& name, std::initializer_list<std::pair<const char*, T>> choices,
                 T& out, error_list& errors) {
  std::string names;
  for (const auto& [text, value] : choices) {
    if (n.IsScalar() && n.Scalar() == text) {
      out = value;
      return true;
    }
    names += (names.empty() ? "" : ", ") + std::string(text);
  }
  errors.add(n, "`" + name + "` is " + shown(n) + "; it must be one of " + names);
  return false;
}

}  // namespace proxy
