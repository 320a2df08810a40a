#include "proxy/config/values.h"

#include <charconv>

namespace proxy {
namespace {

std::string shown(const YAML::Node& n) { return n.IsScalar() ? "`" + n.Scalar() + "`" : "not a single value"; }

// The whole of `text` as an unsigned number, decimal or hexadecimal after 0x.
bool whole_number(std::string_view text, std::uint64_t& out) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out, hexadecimal ? 16 : 10);
  return ec == std::errc{} && end == text.data() + text.size() && !text.empty();
}

bool is_off(const YAML::Node& n) { return n.IsScalar() && (n.Scalar() == "off" || n.Scalar() == "none"); }

}  // namespace

void read_text(const YAML::Node& n, const std::string& name, std::string& out, error_list& errors) {
  if (!n.IsScalar()) return errors.add(n, "`" + name + "` must be a text");
  out = n.Scalar();
}

void read_flag(const YAML::Node& n, const std::string& name, bool& out, error_list& errors) {
  read_choice<bool>(n, name, {{"true", true}, {"false", false}}, out, errors);
}

void read_integer(const YAML::Node& n, const std::string& name, std::uint32_t least, std::uint32_t most, bool or_off,
                  std::uint32_t& out, error_list& errors) {
  if (or_off && is_off(n)) {
    out = 0;
    return;
  }
  std::uint64_t value = 0;
  if (!n.IsScalar() || !whole_number(n.Scalar(), value) || value < least || value > most) {
    return errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most) + (or_off ? ", or off" : ""));
  }
  out = static_cast<std::uint32_t>(value);
}

void read_duration(const YAML::Node& n, const std::string& name, bool or_off, std::chrono::milliseconds& out,
                   error_list& errors) {
  if (or_off && is_off(n)) {
    out = std::chrono::milliseconds{0};
    return;
  }
  const std::string text = n.IsScalar() ? n.Scalar() : "";
  const std::size_t unit_at = text.find_first_not_of("0123456789");
  const std::string unit = unit_at == std::string::npos ? "s" : text.substr(unit_at);
  std::uint64_t value = 0;
  std::uint64_t factor = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60000 : unit == "h" ? 3600000 : 0;
  if (factor == 0 || !whole_number(std::string_view(text).substr(0, unit_at), value) || value == 0 || value * factor > 86400000) {
    return errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a time such as 500ms, 30s or 2m, up to 24h" +
                             (or_off ? ", or off" : ""));
  }
  out = std::chrono::milliseconds(value * factor);
}

void read_endpoint(const YAML::Node& n, const std::string& name, endpoint& out, error_list& errors) {
  const std::string text = n.IsScalar() ? n.Scalar() : "";
  const std::size_t colon = text.rfind(':');
  std::uint64_t port = 0;
  std::string host = colon == std::string::npos ? "" : text.substr(0, colon);
  if (host.starts_with("[") && host.ends_with("]")) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    host.clear();  // an IPv6 address without its brackets
  }
  const bool has_port = colon != std::string::npos && whole_number(std::string_view(text).substr(colon + 1), port);
  if (host.empty() || !has_port || port > 65535) {
    return errors.add(n, "`" + name + "` is " + shown(n) + "; it must be HOST:PORT, such as 127.0.0.1:2775 or [::1]:2775");
  }
  out = {host, static_cast<std::uint16_t>(port)};
}

void read_texts(const YAML::Node& n, const std::string& name, std::vector<std::string>& out, error_list& errors) {
  if (!n.IsSequence()) return errors.add(n, "`" + name + "` must be a list, such as [a, b]");
  out.clear();
  for (const YAML::Node& item : n) {
    if (!item.IsScalar() || item.Scalar().empty()) {
      errors.add(item, "an entry of `" + name + "` must be a text that is not empty");
    } else {
      out.push_back(item.Scalar());
    }
  }
}

bool read_status(const YAML::Node& n, const std::string& name, smpp::command_status& out, error_list& errors) {
  std::uint64_t value = 0;
  if (n.IsScalar() && whole_number(n.Scalar(), value) && value <= 0xFFFFFFFF) {
    out = smpp::command_status{static_cast<std::uint32_t>(value)};
    return true;
  }
  for (std::uint32_t known = 0; n.IsScalar() && known <= 0xFF; ++known) {
    if (smpp::name(smpp::command_status{known}) == n.Scalar() && !n.Scalar().empty()) {
      out = smpp::command_status{known};
      return true;
    }
  }
  errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a command_status, such as 0x45 or ESME_RSUBMITFAIL");
  return false;
}

}  // namespace proxy
