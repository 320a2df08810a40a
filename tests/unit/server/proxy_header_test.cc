#include "proxy/server/proxy_header.h"

#include <vector>

#include "tests/unit/catch.h"

using proxy::proxy_header;
using enum proxy_header::state;
using buffer = std::vector<std::uint8_t>;

namespace {

buffer octets(const std::string& text) {
  return {text.begin(), text.end()};
}

buffer operator+(buffer a, const buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const buffer signature{0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
const buffer a_bind{0, 0, 0, 0x20, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1};

buffer binary(std::uint8_t command, std::uint8_t family, const buffer& rest) {
  return signature +
         buffer{command, family, static_cast<std::uint8_t>(rest.size() >> 8U), static_cast<std::uint8_t>(rest.size())} +
         rest;
}

proxy_header read(const buffer& received) {
  return proxy::read_proxy_header(received);
}

// Whole, followed by a PDU, and cut at each octet.
void check(const buffer& header, const std::string& address, std::uint16_t port) {
  for (const buffer& received : {header, header + a_bind}) {
    const proxy_header h = read(received);
    CHECK(h.status == complete);
    CHECK(h.length == header.size());
    CHECK(h.address == address);
    CHECK(h.port == port);
  }
  for (std::size_t cut = 0; cut < header.size(); ++cut) {
    INFO(cut);
    CHECK(read(buffer(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(cut))).status == incomplete);
  }
}

const buffer ipv4{192, 0, 2, 7, 198, 51, 100, 1, 0xDC, 0x04, 0x0A, 0xD7};  // 192.0.2.7:56324 to 198.51.100.1:2775
const buffer ipv6{0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    7,    0x20, 0x01,
                  0x0D, 0xB8, 0,    0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xDC, 0x04, 0x0A, 0xD7};

}  // namespace

TEST_CASE("version 1") {
  check(octets("PROXY TCP4 192.0.2.7 198.51.100.1 56324 2775\r\n"), "192.0.2.7", 56324);
  check(octets("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255", 65535);
  check(octets("PROXY TCP6 2001:db8::7 2001:db8::1 0 2775\r\n"), "2001:db8::7", 0);
  check(octets("PROXY TCP6 2001:0DB8:0:0:0:0:0:7 ::1 56324 443\r\n"), "2001:db8::7", 56324);
  check(octets("PROXY TCP6 ::ffff:192.0.2.7 ::1 56324 443\r\n"), "192.0.2.7", 56324);
  check(octets("PROXY UNKNOWN\r\n"), "", 0);
  check(octets("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535 and more\r\n"), "", 0);
  check(octets("PROXY UNKNOWN" + std::string(107 - 15, ' ') + "\r\n"), "", 0);  // the longest
}

TEST_CASE("version 1: what is no header") {
  for (const char* line : {"PROXY \r\n",
                           "PROXY TCP4\r\n",
                           "PROXY TCP5 192.0.2.7 198.51.100.1 1 2\r\n",
                           "PROXY UNKNOWNS\r\n",
                           "PROXY tcp4 192.0.2.7 198.51.100.1 1 2\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 \r\n",
                           "PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n",
                           "PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n",
                           "PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n",
                           "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
                           "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 65536 2\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 -1 2\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 +1 2\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 1 65536\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 0x1 2\r\n",
                           "PROXY TCP4 192.0.2.7 nowhere 1 2\r\n",
                           "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n",
                           "PROXY TCP4 192.0.2.7\r198.51.100.1 1 2\r\n",
                           "proxy TCP4 192.0.2.7 198.51.100.1 1 2\r\n",
                           "PROXY\tTCP4 192.0.2.7 198.51.100.1 1 2\r\n"}) {
    INFO(line);
    CHECK(read(octets(line)).status == malformed);
  }
  CHECK(read(octets("PROXY TCP4 192.0.2.7") + buffer{0} + octets(" 198.51.100.1 1 2\r\n")).status == malformed);
  CHECK(read(octets("PROXY UNKNOWN" + std::string(107 - 14, ' ') + "\r\n")).status == malformed);  // one too long
  CHECK(read(octets("PROXY UNKNOWN" + std::string(93, ' '))).status == incomplete);
  CHECK(read(octets("PROXY UNKNOWN" + std::string(94, ' '))).status == malformed);
}

TEST_CASE("version 2") {
  check(binary(0x21, 0x11, ipv4), "192.0.2.7", 56324);
  check(binary(0x21, 0x21, ipv6), "2001:db8::7", 56324);
  buffer mapped = ipv6;
  const buffer front{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 7};
  std::copy(front.begin(), front.end(), mapped.begin());
  check(binary(0x21, 0x21, mapped), "192.0.2.7", 56324);
  const buffer tlvs{0x02, 0, 4, 's', 'm', 's', 'c', 0xEE, 0, 0};
  check(binary(0x21, 0x11, ipv4 + tlvs), "192.0.2.7", 56324);
  check(binary(0x21, 0x21, ipv6 + tlvs), "2001:db8::7", 56324);
  check(binary(0x21, 0x11, ipv4 + buffer(3000, 0xFF)), "192.0.2.7", 56324);
}

TEST_CASE("version 2: whose connection it is may not be said") {
  check(binary(0x20, 0x00, {}), "", 0);         // LOCAL: a health check
  check(binary(0x20, 0x11, ipv4), "", 0);       // with addresses that do not count
  check(binary(0x20, 0x11, {1, 2, 3}), "", 0);  // or are none
  check(binary(0x21, 0x00, {}), "", 0);
  check(binary(0x21, 0x00, ipv4), "", 0);
  check(binary(0x21, 0x31, buffer(216, 'x')), "", 0);  // a Unix socket
  check(binary(0x21, 0x12, ipv4), "", 0);              // a datagram
}

TEST_CASE("version 2: what is no header") {
  for (const std::uint8_t command : buffer{0x01, 0x11, 0x22, 0x2F, 0x31})
    CHECK(read(binary(command, 0x11, ipv4)).status == malformed);
  for (const std::uint8_t family : buffer{0x13, 0x1F, 0x41, 0xF1})
    CHECK(read(binary(0x21, family, ipv4)).status == malformed);
  CHECK(read(binary(0x21, 0x11, buffer(11, 0))).status == malformed);
  CHECK(read(binary(0x21, 0x21, buffer(35, 0))).status == malformed);
  CHECK(read(binary(0x21, 0x31, buffer(215, 0))).status == malformed);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    buffer other = signature;
    other[i] ^= 0x20U;
    CHECK(read(other).status == malformed);
    CHECK(read(buffer(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(i) + 1)).status == malformed);
  }
}

TEST_CASE("what is no header is known by its first octet") {
  CHECK(read({}).status == incomplete);
  for (unsigned first = 0; first < 256; ++first)
    CHECK(read({static_cast<std::uint8_t>(first)}).status == (first == 'P' || first == '\r' ? incomplete : malformed));
}
