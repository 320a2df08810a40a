#include "proxy/server/proxy_header.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace proxy {
namespace {

using octets = std::span<const std::uint8_t>;
using enum proxy_header::state;

constexpr std::string_view text_signature = "PROXY ";
constexpr std::string_view binary_signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t longest_text = 107;  // with its end of line
constexpr std::size_t binary_front = 16;

constexpr std::size_t ipv4_size = 4;
constexpr std::size_t ipv6_size = 16;
constexpr std::size_t unix_size = 108;

bool begins_like(std::string_view received, std::string_view signature) {
  const std::size_t known = std::min(received.size(), signature.size());
  return received.substr(0, known) == signature.substr(0, known);
}

std::string ipv4_text(const std::uint8_t* address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, address, text.data(), text.size());
  return text.data();
}

// An IPv4 address that is written as IPv6 is the IPv4 address.
std::string ipv6_text(const std::uint8_t* address) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(mapped.begin(), mapped.end(), address)) return ipv4_text(address + mapped.size());
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, address, text.data(), text.size());
  return text.data();
}

std::optional<std::string> read_address(std::string_view text, int family) {
  std::array<std::uint8_t, ipv6_size> address{};
  const bool has_nul = text.find('\0') != std::string_view::npos;  // where inet_pton would end
  if (has_nul || inet_pton(family, std::string(text).c_str(), address.data()) != 1) return std::nullopt;
  return family == AF_INET ? ipv4_text(address.data()) : ipv6_text(address.data());
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t space = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, space - at));
    at = space + 1;
  }
  return words;
}

proxy_header read_text(std::string_view received) {
  const std::string_view most = received.substr(0, longest_text);
  const std::size_t end = most.find('\n');
  if (end == std::string_view::npos) return {most.size() == longest_text ? malformed : incomplete};
  if (most[end - 1] != '\r') return {malformed};
  const std::vector<std::string_view> words = words_of(most.substr(0, end - 1));
  proxy_header h{complete, end + 1};
  if (words[1] == "UNKNOWN") return h;  // whatever follows
  const bool ipv4 = words[1] == "TCP4";
  if ((!ipv4 && words[1] != "TCP6") || words.size() != 6) return {malformed};
  const auto source = read_address(words[2], ipv4 ? AF_INET : AF_INET6);
  const auto destination = read_address(words[3], ipv4 ? AF_INET : AF_INET6);
  const auto port = read_port(words[4]);
  if (!source || !destination || !port || !read_port(words[5])) return {malformed};
  h.address = *source;
  h.port = *port;
  return h;
}

// What two addresses and two ports of this family take; nothing: there is no such family.
std::optional<std::size_t> addresses_size(unsigned family) {
  switch (family) {
    case 0:
      return 0;
    case 1:
      return 2 * (ipv4_size + 2);
    case 2:
      return 2 * (ipv6_size + 2);
    case 3:
      return 2 * unix_size;
    default:
      return std::nullopt;
  }
}

proxy_header read_binary(octets received) {
  if (received.size() < binary_front) return {};
  const unsigned version = received[12] >> 4U;
  const unsigned command = received[12] & 0x0FU;
  const unsigned family = received[13] >> 4U;
  const unsigned transport = received[13] & 0x0FU;
  const std::size_t rest = (std::size_t{received[14]} << 8U) + received[15];
  const auto needed = addresses_size(family);
  if (version != 2 || command > 1 || !needed || transport > 2) return {malformed};
  const bool local = command == 0;
  if (!local && rest < *needed) return {malformed};
  if (received.size() < binary_front + rest) return {};
  proxy_header h{complete, binary_front + rest};
  constexpr unsigned stream = 1;
  if (local || transport != stream || (family != 1 && family != 2)) return h;
  const std::uint8_t* addresses = received.data() + binary_front;
  h.address = family == 1 ? ipv4_text(addresses) : ipv6_text(addresses);
  const std::uint8_t* source_port = addresses + *needed - 4;  // before that of the destination
  h.port = static_cast<std::uint16_t>(source_port[0] << 8U | source_port[1]);
  return h;
}

}  // namespace

proxy_header read_proxy_header(octets received) {
  const std::string_view text(reinterpret_cast<const char*>(received.data()), received.size());
  if (begins_like(text, binary_signature)) return read_binary(received);
  if (!begins_like(text, text_signature)) return {malformed};
  return text.size() < text_signature.size() ? proxy_header{} : read_text(text);
}

}  // namespace proxy
