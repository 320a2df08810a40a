#include "proxy/capture/pcapng.h"

namespace proxy::pcapng {
namespace {

constexpr std::uint32_t section_header = 0x0A0D0D0A;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t interface_statistics = 5;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint16_t linktype_raw = 101;  // the packet begins with an IPv4 or IPv6 header

// Options (3.5): each block type numbers its own.
constexpr std::uint16_t shb_userappl = 4;
constexpr std::uint16_t if_name = 2;
constexpr std::uint16_t if_description = 3;
constexpr std::uint16_t epb_flags = 2;
constexpr std::uint16_t isb_ifdrop = 5;

template <typename integer>
void put(std::string& to, integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    to += static_cast<char>(value >> (8 * i));
}

void pad(std::string& to) {
  to.append((4 - to.size() % 4) % 4, '\0');
}

void put_option(std::string& to, std::uint16_t code, std::string_view value) {
  put(to, code);
  put(to, static_cast<std::uint16_t>(value.size()));
  to += value;
  pad(to);
}

template <typename integer>
void put_option(std::string& to, std::uint16_t code, integer value) {
  std::string octets;
  put(octets, value);
  put_option(to, code, std::string_view(octets));
}

void end_options(std::string& to) {
  put(to, std::uint32_t{0});
}

// In microseconds since 1970, the default resolution; the high half comes first.
void put_time(std::string& to, store::instant at) {
  const auto microseconds = static_cast<std::uint64_t>(at.time_since_epoch().count());
  put(to, static_cast<std::uint32_t>(microseconds >> 32));
  put(to, static_cast<std::uint32_t>(microseconds));
}

std::string block(std::uint32_t type, const std::string& body) {
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  std::string whole;
  put(whole, type);
  put(whole, length);
  whole += body;
  put(whole, length);
  return whole;
}

std::string interface(std::string_view name, std::string_view description) {
  std::string body;
  put(body, linktype_raw);
  put(body, std::uint16_t{0});
  put(body, std::uint32_t{0});  // packets are whole, however long
  put_option(body, if_name, name);
  put_option(body, if_description, description);
  end_options(body);
  return block(interface_description, body);
}

}  // namespace

std::string header(std::string_view application) {
  std::string body;
  put(body, std::uint32_t{0x1A2B3C4D});  // tells the byte order
  put(body, std::uint16_t{1});           // version 1.0
  put(body, std::uint16_t{0});
  put(body, ~std::uint64_t{0});  // the section's length is not known yet
  put_option(body, shb_userappl, application);
  end_options(body);
  return block(section_header, body) + interface("esme", "between the senders and the gate") +
         interface("smsc", "between the gate and its upstreams");
}

std::string packet(std::uint32_t interface, store::instant at, direction d, std::string_view octets) {
  std::string body;
  put(body, interface);
  put_time(body, at);
  put(body, static_cast<std::uint32_t>(octets.size()));  // captured
  put(body, static_cast<std::uint32_t>(octets.size()));  // and as long as it was
  body += octets;
  pad(body);
  put_option(body, epb_flags, static_cast<std::uint32_t>(d));
  end_options(body);
  return block(enhanced_packet, body);
}

std::string statistics(std::uint32_t interface, store::instant at, std::uint64_t dropped) {
  std::string body;
  put(body, interface);
  put_time(body, at);
  put_option(body, isb_ifdrop, dropped);
  end_options(body);
  return block(interface_statistics, body);
}

}  // namespace proxy::pcapng
