#include "proxy/config/host.h"

#include <arpa/inet.h>

namespace proxy {
namespace {

bool is_address(int family, const std::string& text) {
  in6_addr any{};  // large enough for either family
  return inet_pton(family, text.c_str(), &any) == 1;
}

bool is_name(std::string_view text) {
  constexpr std::string_view usual = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  const bool well_formed =
      !text.empty() && text.size() <= 253 && text.find_first_not_of(usual) == std::string_view::npos;
  const bool bad_end = text.starts_with('.') || text.starts_with('-') || text.find("..") != std::string_view::npos;
  return well_formed && !bad_end;
}

}  // namespace

std::optional<std::string> read_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    std::string address(text.substr(1, text.size() - 2));
    const std::string without_zone = address.substr(0, address.find('%'));
    if (is_address(AF_INET6, without_zone)) return address;
    return std::nullopt;
  }
  std::string host(text);
  const bool numeric = host.find_first_not_of("0123456789.") == std::string::npos;
  if (numeric ? is_address(AF_INET, host) : is_name(host)) return host;
  return std::nullopt;
}

}  // namespace proxy
