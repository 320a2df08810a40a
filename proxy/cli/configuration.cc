#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/server/server.h"

namespace proxy {
namespace {

std::string place(const std::filesystem::path& file, const config_error& e) {
  return file.string() + ":" + std::to_string(e.line) + ":" + std::to_string(e.column) + ": " + e.message;
}

}  // namespace

std::filesystem::path config_path(const common_options& o) {
  if (!o.config_file.empty()) return o.config_file;
  for (const char* candidate : {"consentgate.yaml", "/etc/consentgate/consentgate.yaml"}) {
    if (std::filesystem::exists(candidate)) return candidate;
  }
  throw command_failed("no configuration: neither ./consentgate.yaml nor /etc/consentgate/consentgate.yaml exists; name one with --config FILE");
}

config read_config(const common_options& o) {
  const std::filesystem::path file = config_path(o);
  auto loaded = load_config(file);
  if (auto* c = std::get_if<config>(&loaded)) return std::move(*c);
  std::string text = "the configuration is not valid";
  for (const config_error& e : std::get<std::vector<config_error>>(loaded)) text += "\n" + place(file, e);
  throw command_failed(text);
}

std::unique_ptr<desk> open_desk(const common_options& o) {
  const config c = read_config(o);
  return o.offline ? offline_desk(c) : online_desk(c);
}

int check_config_command(const common_options& o) {
  const std::filesystem::path file = config_path(o);
  const auto loaded = load_config(file);
  const auto* errors = std::get_if<std::vector<config_error>>(&loaded);
  if (o.json) {
    boost::json::array list;
    if (errors != nullptr) {
      for (const config_error& e : *errors) {
        list.push_back(boost::json::object{{"line", e.line}, {"column", e.column}, {"message", e.message}});
      }
    }
    std::cout << boost::json::object{{"file", file.string()}, {"valid", errors == nullptr}, {"errors", list}} << '\n';
  } else if (errors != nullptr) {
    for (const config_error& e : *errors) std::cerr << place(file, e) << '\n';
  } else {
    std::cout << file.string() << ": valid\n";
  }
  return errors == nullptr ? 0 : 1;
}

int serve_command(const common_options& o, log_format format) {
  start_logging(format);
  return serve(read_config(o), config_path(o));
}

}  // namespace proxy
