// Addresses and prefixes of the Internet, as senders[].allow_from has them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxy {

struct network {
  std::array<std::uint8_t, 16> address{};  // IPv4 as ::ffff:a.b.c.d
  unsigned bits = 128;
  bool operator==(const network&) const = default;
};

// An address, or a prefix whose remaining bits are zero: 192.0.2.0/24, 2001:db8::/32.
std::optional<network> read_network(std::string_view text);
bool contains(const network& n, std::string_view address);

// Whose address it is, as far as that can be told: an IPv4 address, the 64 bits that an IPv6 network has.
std::optional<network> network_of(std::string_view address);

}  // namespace proxy
