#include "proxy/cli/first_configuration.h"

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <stdexcept>

namespace proxy {
namespace {

// A JSON string is a YAML string.
std::string as_yaml(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

void replace(std::string& text, std::string_view setting, const std::string& by) {
  const std::size_t at = text.find(setting);
  if (at == std::string::npos) throw std::logic_error("deploy/consentgate.yaml has no " + std::string(setting));
  text.replace(at, setting.size(), by);
}

struct country {
  std::string_view code;
  dialling how;
};

// Those that differ from "0" and "00". Where there is no trunk prefix a 0 in front belongs to the number (Italy).
constexpr std::array<country, 22> countries{{
    {"1", {"1", "011"}},  {"7", {"8", "810"}}, {"30", {"", "00"}},  {"34", {"", "00"}},    {"39", {"", "00"}},
    {"45", {"", "00"}},   {"47", {"", "00"}},  {"48", {"", "00"}},  {"61", {"0", "0011"}}, {"65", {"", "00"}},
    {"81", {"0", "010"}}, {"351", {"", "00"}}, {"352", {"", "00"}}, {"354", {"", "00"}},   {"356", {"", "00"}},
    {"357", {"", "00"}},  {"371", {"", "00"}}, {"372", {"", "00"}}, {"376", {"", "00"}},   {"377", {"", "00"}},
    {"378", {"", "00"}},  {"420", {"", "00"}},
}};

}  // namespace

dialling dialling_in(std::string_view country_code) {
  for (const country& c : countries) {
    if (c.code == country_code) return c.how;
  }
  return {};
}

std::string first_configuration(const first_answers& a) {
  std::string text(shipped_configuration());
  replace(text, "address: 0.0.0.0:2775", "address: " + as_yaml(a.listen));
  replace(text, "address: smsc.example:2775", "address: " + as_yaml(a.upstream));
  replace(text, "path: /var/lib/consentgate", "path: " + as_yaml(a.store));
  replace(text, "token_file: /var/lib/consentgate/admin.token",
          "token_file: " + as_yaml((std::filesystem::path(a.store) / "admin.token").string()));
  if (a.country_code.empty()) return text;
  const dialling d = dialling_in(a.country_code);
  replace(text, R"(# country_code: "33")", "country_code: " + as_yaml(a.country_code));
  replace(text, R"(trunk_prefix: "0")", "trunk_prefix: " + as_yaml(d.trunk_prefix));
  replace(text, R"(international_prefix: "00")", "international_prefix: " + as_yaml(d.international_prefix));
  return text;
}

}  // namespace proxy
