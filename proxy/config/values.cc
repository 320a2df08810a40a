#include "proxy/config/values.h"

#include <algorithm>
#include <charconv>

#include "proxy/config/host.h"
#include "store/utf8.h"

namespace proxy {
namespace {

// The whole of `text` as an unsigned number in this base.
bool whole_number(std::string_view text, int base, std::uint64_t& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return ec == std::errc{} && end == text.data() + text.size();
}

bool is_off(const YAML::Node& n) {
  return n.IsScalar() && n.Scalar() == "off";
}

const char* or_off_text(bool or_off) {
  return or_off ? ", or off" : "";
}

std::uint64_t milliseconds_in(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s" || unit.empty()) return 1000;
  if (unit == "m") return 60000;
  return unit == "h" ? 3600000 : 0;
}

constexpr std::uint64_t one_day = 86400000;

}  // namespace

std::string shown(const YAML::Node& n) {
  if (n.IsNull()) return "empty";
  if (n.IsSequence()) return "a list";
  return n.IsMap() ? "a mapping" : "`" + n.Scalar() + "`";
}

bool read_text(const YAML::Node& n, const std::string& name, std::string& out, error_list& errors) {
  if (!n.IsScalar() || n.Scalar().empty()) {
    errors.add(n, "`" + name + "` is " + (n.IsScalar() ? "empty" : shown(n)) + "; it must be a text");
    return false;
  }
  // Names go into labels, logs and answers in JSON.
  const bool has_control =
      std::ranges::any_of(n.Scalar(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (has_control || !store::is_utf8(n.Scalar())) {
    errors.add(n, "`" + name + "` " + (has_control ? "holds a control character" : "is not UTF-8") +
                      "; it must be a plain text in a file saved as UTF-8");
    return false;
  }
  out = n.Scalar();
  return true;
}

bool read_texts(const YAML::Node& n, const std::string& name, std::vector<std::string>& out, error_list& errors) {
  if (!n.IsSequence()) {
    errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a list, such as [a, b]");
    return false;
  }
  std::vector<std::string> texts(n.size());
  bool good = true;
  for (std::size_t i = 0; i < n.size(); ++i) {
    good &= read_text(n[i], name + "[" + std::to_string(i) + "]", texts[i], errors);
  }
  if (good) out = std::move(texts);
  return good;
}

bool read_digits(const YAML::Node& n, const std::string& name, std::size_t most, bool may_be_empty, std::string& out,
                 error_list& errors) {
  const std::string text = n.IsScalar() ? n.Scalar() : "";
  const bool only_digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (!n.IsScalar() || !only_digits || text.size() > most || (text.empty() && !may_be_empty)) {
    errors.add(n, "`" + name + "` is " + shown(n) + "; it must be one to " + std::to_string(most) +
                      " digits, without +" + (may_be_empty ? ", or \"\" when there is none" : ""));
    return false;
  }
  out = text;
  return true;
}

bool read_flag(const YAML::Node& n, const std::string& name, bool& out, error_list& errors) {
  return read_choice<bool>(n, name, {{"true", true}, {"false", false}}, out, errors);
}

bool read_integer(const YAML::Node& n, const std::string& name, std::uint32_t least, std::uint32_t most, bool or_off,
                  std::uint32_t& out, error_list& errors) {
  std::uint64_t value = 0;
  const bool off = or_off && is_off(n);
  if (!off && (!n.IsScalar() || !whole_number(n.Scalar(), 10, value) || value < least || value > most)) {
    errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a whole number from " + std::to_string(least) +
                      " to " + std::to_string(most) + or_off_text(or_off));
    return false;
  }
  out = static_cast<std::uint32_t>(value);
  return true;
}

bool read_duration(const YAML::Node& n, const std::string& name, bool or_off, std::chrono::milliseconds& out,
                   error_list& errors) {
  std::uint64_t value = 0;
  std::uint64_t factor = 1;
  if (!(or_off && is_off(n))) {
    const std::string_view text = n.IsScalar() ? std::string_view(n.Scalar()) : std::string_view();
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    factor = milliseconds_in(text.substr(digits));
    const bool readable = factor != 0 && whole_number(text.substr(0, digits), 10, value);
    if (!readable || value == 0 || value > one_day / factor) {
      errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a time such as 500ms, 30s or 2m, up to 24h" +
                        or_off_text(or_off));
      return false;
    }
  }
  out = std::chrono::milliseconds(value * factor);
  return true;
}

bool read_months(const YAML::Node& n, const std::string& name, std::chrono::months& out, error_list& errors) {
  constexpr std::uint64_t longest = 1200;
  const std::string_view text = n.IsScalar() ? std::string_view(n.Scalar()) : std::string_view();
  std::uint64_t value = 0;
  const bool readable = text.ends_with("mo") && whole_number(text.substr(0, text.size() - 2), 10, value);
  if (!is_off(n) && (!readable || value == 0 || value > longest)) {
    errors.add(n, "`" + name + "` is " + shown(n) + "; it must be months, such as 36mo, or off");
    return false;
  }
  out = std::chrono::months{static_cast<int>(value)};
  return true;
}

bool read_retention(const YAML::Node& n, const std::string& name, std::chrono::seconds& out, error_list& errors) {
  if (is_off(n)) {
    out = std::chrono::seconds{0};
    return true;
  }
  constexpr std::chrono::seconds longest = std::chrono::years{100};
  const std::string_view text = n.IsScalar() ? std::string_view(n.Scalar()) : std::string_view();
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(digits);
  const std::chrono::seconds one = unit == "mo"  ? std::chrono::seconds{std::chrono::months{1}}
                                   : unit == "d" ? std::chrono::seconds{std::chrono::days{1}}
                                                 : std::chrono::seconds{0};
  std::uint64_t value = 0;
  const bool readable = one.count() != 0 && whole_number(text.substr(0, digits), 10, value);
  if (!readable || value == 0 || value > static_cast<std::uint64_t>(longest / one)) {
    errors.add(n, "`" + name + "` is " + shown(n) + "; it must be months or days, such as 13mo or 400d, or off");
    return false;
  }
  out = static_cast<std::int64_t>(value) * one;
  return true;
}

bool read_window(const YAML::Node& n, const std::string& name, std::chrono::seconds& out, error_list& errors) {
  constexpr std::chrono::seconds longest = std::chrono::days{92};
  const std::string_view text = n.IsScalar() ? std::string_view(n.Scalar()) : std::string_view();
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(digits);
  const std::chrono::seconds one = unit == "d"   ? std::chrono::seconds{std::chrono::days{1}}
                                   : unit == "h" ? std::chrono::seconds{3600}
                                   : unit == "m" ? std::chrono::seconds{60}
                                                 : std::chrono::seconds{0};
  std::uint64_t value = 0;
  const bool readable = one.count() != 0 && whole_number(text.substr(0, digits), 10, value);
  if (!readable || value == 0 || value > static_cast<std::uint64_t>(longest / one)) {
    errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a time such as 30m, 24h or 7d, up to 92d");
    return false;
  }
  out = static_cast<std::int64_t>(value) * one;
  return true;
}

bool read_endpoint(const YAML::Node& n, const std::string& name, endpoint& out, error_list& errors) {
  const auto wrong = [&](const std::string& what) {
    errors.add(n, "`" + name + "` is " + shown(n) + "; " + what);
    return false;
  };
  const std::string form = "it must be HOST:PORT, such as 127.0.0.1:2775 or \"[::1]:2775\" with its quotes";
  if (!n.IsScalar()) return wrong(form);
  const std::string& text = n.Scalar();
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || text.ends_with("]")) return wrong(form);
  const std::optional<std::string> host = read_host(std::string_view(text).substr(0, colon));
  if (!host) return wrong("its host is no name, no IPv4 address and no IPv6 address in brackets; " + form);
  std::uint64_t port = 0;
  if (!whole_number(std::string_view(text).substr(colon + 1), 10, port) || port == 0 || port > 65535) {
    return wrong("its port must be from 1 to 65535");
  }
  out = {*host, static_cast<std::uint16_t>(port)};
  return true;
}

bool read_status(const YAML::Node& n, const std::string& name, smpp::command_status& out, error_list& errors) {
  const std::string_view text = n.IsScalar() ? std::string_view(n.Scalar()) : std::string_view();
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  std::uint64_t value = 0;
  if (whole_number(text.substr(hexadecimal ? 2 : 0), hexadecimal ? 16 : 10, value) && value <= UINT32_MAX) {
    out = smpp::command_status{static_cast<std::uint32_t>(value)};
    return true;
  }
  for (std::uint32_t known = 0; !text.empty() && known <= 0xFF; ++known) {  // all that SMPP 3.4 names, table 5-2
    if (smpp::name(smpp::command_status{known}) == text) {
      out = smpp::command_status{known};
      return true;
    }
  }
  errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a command_status, such as 0x45 or ESME_RSUBMITFAIL");
  return false;
}

}  // namespace proxy
