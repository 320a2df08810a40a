#include "proxy/config/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace proxy {
namespace {

constexpr unsigned ipv4_begins = 96;  // bits before an IPv4 address

bool read_address(std::string_view text, network& out) {
  const std::string plain(text.substr(0, text.find('%')));  // without its zone
  out.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return inet_pton(AF_INET, plain.c_str(), out.address.data() + 12) == 1 ||
         inet_pton(AF_INET6, plain.c_str(), out.address.data()) == 1;
}

// The first `bits` of an address.
std::array<std::uint8_t, 16> front(std::array<std::uint8_t, 16> address, unsigned bits) {
  for (unsigned i = 0; i < address.size(); ++i) {
    const unsigned kept = std::clamp(static_cast<int>(bits) - static_cast<int>(i * 8), 0, 8);
    address[i] &= static_cast<std::uint8_t>(0xFF00U >> kept);
  }
  return address;
}

}  // namespace

std::optional<network> read_network(std::string_view text) {
  network n;
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (address.find('%') != std::string_view::npos || !read_address(address, n)) return std::nullopt;
  if (slash == std::string_view::npos) return n;
  const std::string_view length = text.substr(slash + 1);
  const bool ipv4 = address.find(':') == std::string_view::npos;
  const auto [end, ec] = std::from_chars(length.data(), length.data() + length.size(), n.bits);
  if (ec != std::errc{} || end != length.data() + length.size() || n.bits > (ipv4 ? 32U : 128U)) return std::nullopt;
  if (ipv4) n.bits += ipv4_begins;
  if (front(n.address, n.bits) != n.address) return std::nullopt;
  return n;
}

bool contains(const network& n, std::string_view address) {
  network one;
  return read_address(address, one) && front(one.address, n.bits) == n.address;
}

std::optional<network> network_of(std::string_view address) {
  network n;
  if (!read_address(address, n)) return std::nullopt;
  constexpr network ipv4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, ipv4_begins};
  if (front(n.address, ipv4.bits) == ipv4.address) return n;
  return network{front(n.address, 64), 64};
}

}  // namespace proxy
