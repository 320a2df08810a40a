#include "proxy/capture/packet.h"

#include <algorithm>
#include <string_view>

namespace proxy {
namespace {

constexpr std::uint8_t tcp = 6;
constexpr std::size_t tcp_header = 20;

template <typename integer>
void put(std::string& to, integer value) {
  for (std::size_t i = sizeof value; i-- > 0;)
    to += static_cast<char>(value >> (8 * i));
}

bool is_ipv4(const wire_end& e) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::ranges::equal(mapped, std::span(e.address).first<12>());
}

std::string address_of(const wire_end& e, bool ipv4) {
  const std::string whole(e.address.begin(), e.address.end());
  return ipv4 ? whole.substr(12) : whole;
}

// RFC 1071.
std::uint16_t checksum(std::string_view octets) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<std::uint8_t>(octets[i]);
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(octet) << 8 : octet;
  }
  while (sum >> 16 != 0)
    sum = (sum & 0xffffU) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void set_checksum(std::string& header, std::size_t at, std::uint16_t value) {
  header[at] = static_cast<char>(value >> 8);
  header[at + 1] = static_cast<char>(value);
}

std::string ipv4_header(const std::string& from, const std::string& to, std::size_t length) {
  std::string h("\x45\0", 2);
  put(h, static_cast<std::uint16_t>(20 + length));
  h.append("\0\0\x40\0", 4);  // do not fragment
  h += '\x40';                // time to live
  h += static_cast<char>(tcp);
  h.append(2, '\0');
  h += from + to;
  set_checksum(h, 10, checksum(h));
  return h;
}

std::string ipv6_header(const std::string& from, const std::string& to, std::size_t length) {
  std::string h("\x60\0\0\0", 4);
  put(h, static_cast<std::uint16_t>(length));
  h += static_cast<char>(tcp);
  h += '\x40';  // hop limit
  return h + from + to;
}

}  // namespace

std::string tcp_packet(const wire_end& from, const wire_end& to, std::uint32_t sequence, std::uint32_t acknowledged,
                       smpp::octets payload) {
  const bool ipv4 = is_ipv4(from) && is_ipv4(to);
  const std::string source = address_of(from, ipv4);
  const std::string destination = address_of(to, ipv4);
  std::string segment;
  put(segment, from.port);
  put(segment, to.port);
  put(segment, sequence);
  put(segment, acknowledged);
  segment.append("\x50\x18\xff\xff", 4);  // five words of header, PSH and ACK, the window
  segment.append(4, '\0');                // checksum, no urgent data
  segment.append(payload.begin(), payload.end());
  // The same sum for the pseudo headers of IPv4 (RFC 9293, 3.1) and IPv6 (RFC 8200, 8.1): their zeros add nothing.
  std::string summed = source + destination;
  put(summed, std::uint16_t{tcp});
  put(summed, static_cast<std::uint16_t>(tcp_header + payload.size()));
  set_checksum(segment, 16, checksum(summed + segment));
  return (ipv4 ? ipv4_header(source, destination, segment.size()) : ipv6_header(source, destination, segment.size())) +
         segment;
}

}  // namespace proxy
