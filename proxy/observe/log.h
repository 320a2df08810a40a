// The log: one line an event on stderr, as a JSON object or as text for people. Never a line a message; numbers are
// masked by the caller.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace proxy {

enum class log_format { json, text };
enum class log_level { info, warning, error };

struct log_field {
  std::string_view name;
  std::variant<std::string, std::int64_t, double, bool> value;

  log_field(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
  log_field(std::string_view n, const std::string& v) : name(n), value(v) {}
  log_field(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
  log_field(std::string_view n, double v) : name(n), value(v) {}
  log_field(std::string_view n, bool v) : name(n), value(v) {}
  template <typename Integer>
    requires std::is_integral_v<Integer>
  log_field(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

// Before the first line; JSON otherwise.
void start_logging(log_format format);

// Thread safe. The fields "time", "level" and "message" come first. Control characters are escaped in both formats.
void log(log_level level, std::string_view message, std::initializer_list<log_field> fields = {});

}  // namespace proxy
