#include "proxy/observe/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/json.hpp>

#include "proxy/observe/one_line.h"
#include "store/instant.h"

namespace proxy {
namespace {

std::atomic<log_format> format_in_use{log_format::json};

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made = spdlog::stderr_logger_mt("consentgate");
    made->set_pattern("%v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::string_view name(log_level level) {
  switch (level) {
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      return "error";
  }
  return "info";
}

boost::json::value to_json(const log_field& f) {
  return std::visit([](const auto& v) { return boost::json::value(v); }, f.value);
}

std::string as_json(log_level level, std::string_view message, std::initializer_list<log_field> fields) {
  boost::json::object line{{"time", store::to_string(store::now())}, {"level", name(level)}, {"message", message}};
  for (const log_field& f : fields)
    line[f.name] = to_json(f);
  return without_controls(boost::json::serialize(line));
}

// Values are quoted as JSON, so that nobody can forge a line by naming a system_id with a line feed in it.
std::string as_text(log_level level, std::string_view message, std::initializer_list<log_field> fields) {
  std::string line = store::to_string(store::now());
  line.append(" ").append(name(level)).append(" ").append(message);
  for (const log_field& f : fields) {
    line.append(" ").append(f.name).append("=").append(without_controls(boost::json::serialize(to_json(f))));
  }
  return line;
}

}  // namespace

void start_logging(log_format format) {
  format_in_use = format;
}

void log(log_level level, std::string_view message, std::initializer_list<log_field> fields) {
  const std::string line =
      format_in_use == log_format::json ? as_json(level, message, fields) : as_text(level, message, fields);
  sink().log(spdlog::level::info, "{}", line);
}

}  // namespace proxy
