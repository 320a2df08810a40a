// TCP/IP packets around octets that were sent: what a dissector needs to find the conversation again.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "smpp/pdu.h"

namespace proxy {

// One end of a connection. IPv4 as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2).
struct wire_end {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
};

inline constexpr std::size_t most_payload = 60000;  // of one packet; a longer PDU takes several

// An IPv4 packet when both ends are IPv4, else IPv6, with one TCP segment (PSH and ACK). `payload` has at most
// most_payload octets; the numbers are TCP's.
std::string tcp_packet(const wire_end& from, const wire_end& to, std::uint32_t sequence, std::uint32_t acknowledged,
                       smpp::octets payload);

}  // namespace proxy
