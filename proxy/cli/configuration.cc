// check-config, and how the other commands read their configuration; serve.
#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/cli/table.h"
#include "proxy/server/server.h"
#include "proxy/tls/certificates.h"

namespace proxy {
namespace {

using errors = std::vector<config_error>;

std::string place(const std::filesystem::path& file, const config_error& e) {
  // A file that cannot be read has no lines.
  if (e.line == 0) return file.string() + ": ";
  return file.string() + ":" + std::to_string(e.line) + ":" + std::to_string(e.column) + ": ";
}

boost::json::array to_json(const errors& list) {
  boost::json::array array;
  for (const config_error& e : list) {
    array.push_back(boost::json::object{{"line", e.line}, {"column", e.column}, {"message", e.message}});
  }
  return array;
}

void log_each(log_level level, std::string_view message, const std::filesystem::path& file, const errors& list) {
  for (const config_error& e : list) {
    log(level, message, {{"file", file.string()}, {"line", e.line}, {"column", e.column}, {"error", e.message}});
  }
}

// With the certificates, which only `serve` uses: who looks a number up need not be able to read the keys.
std::variant<config, errors> load_whole_config(const std::filesystem::path& file) {
  auto loaded = load_config(file);
  auto* c = std::get_if<config>(&loaded);
  if (c == nullptr) return loaded;
  if (errors wrong = load_certificates(*c); !wrong.empty()) return wrong;
  return loaded;
}

}  // namespace

std::filesystem::path config_path(const common_options& o) {
  if (!o.config_file.empty()) return o.config_file;
  for (const char* candidate : {"consentgate.yaml", "/etc/consentgate/consentgate.yaml"}) {
    std::error_code ignored;
    if (std::filesystem::exists(candidate, ignored)) return candidate;
  }
  throw command_failed(
      "no configuration: neither ./consentgate.yaml nor /etc/consentgate/consentgate.yaml exists; name one with "
      "--config FILE");
}

config read_config(const common_options& o) {
  const std::filesystem::path file = config_path(o);
  auto loaded = load_config(file);
  if (auto* c = std::get_if<config>(&loaded)) return std::move(*c);
  std::string text = "the configuration is not valid";
  for (const config_error& e : std::get<errors>(loaded))
    text += "\n" + place(file, e) + e.message;
  throw command_failed(text);
}

std::unique_ptr<desk> open_desk(const common_options& o) {
  config c = read_config(o);
  if (!o.token_file.empty()) c.token_file = o.token_file;
  return o.offline ? offline_desk(c) : online_desk(c);
}

int check_config_command(const common_options& o) {
  const std::filesystem::path file = config_path(o);
  const auto loaded = load_whole_config(file);
  const config* c = std::get_if<config>(&loaded);
  const errors wrong = c == nullptr ? std::get<errors>(loaded) : errors{};
  const errors doubtful = c == nullptr ? errors{} : c->warnings;
  if (o.json) {
    std::cout << boost::json::object{{"file", file.string()},
                                     {"valid", c != nullptr},
                                     {"errors", to_json(wrong)},
                                     {"warnings", to_json(doubtful)}}
              << '\n';
    return c == nullptr ? 1 : 0;
  }
  for (const config_error& e : wrong)
    std::cerr << place(file, e) << printable(e.message) << '\n';
  for (const config_error& e : doubtful)
    std::cerr << place(file, e) << "warning: " << printable(e.message) << '\n';
  if (c != nullptr) std::cout << file.string() << ": valid\n";
  return c == nullptr ? 1 : 0;
}

int serve_command(const common_options& o, log_format format) {
  start_logging(format);
  const std::filesystem::path file = config_path(o);
  auto loaded = load_whole_config(file);
  if (const auto* wrong = std::get_if<errors>(&loaded)) {
    log_each(log_level::error, "the configuration is not valid", file, *wrong);
    return 1;
  }
  config& c = std::get<config>(loaded);
  log_each(log_level::warning, "the configuration is doubtful", file, c.warnings);
  return serve(std::move(c), file);
}

}  // namespace proxy
