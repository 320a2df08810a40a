// The header with which a balancer says whose connection it hands on: PROXY protocol, version 1 (text) and 2 (binary),
// as in HAProxy's proxy-protocol.txt.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace proxy {

struct proxy_header {
  enum class state { incomplete, malformed, complete } status = state::incomplete;
  std::size_t length = 0;  // of a complete one; what follows is the connection's own
  std::string address{};   // whose; empty: the balancer's own (LOCAL), or it does not say (UNKNOWN, a Unix socket)
  std::uint16_t port = 0;
};

// What the first octets of a connection say. Octets that can begin no header are malformed at the first that does not
// fit.
proxy_header read_proxy_header(std::span<const std::uint8_t> received);

}  // namespace proxy
