// Hosts as the configuration writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace proxy {

// A name (RFC 1123, underscores tolerated), an IPv4 address, or an IPv6 address, which loses its brackets. Four numbers
// that are no IPv4 address are no name either.
std::optional<std::string> read_host(std::string_view text);

}  // namespace proxy
