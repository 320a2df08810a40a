#include "proxy/config/network.h"

#include "tests/unit/catch.h"

using proxy::contains;
using proxy::read_network;

TEST_CASE("what is no address and no prefix") {
  for (const char* text : {"", "/", "ten", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                           "10.0.0.1/8", "2001:db8::/129", "2001:db8::1/32", "fe80::1%lo", "10.0.0.0/8/8", " 10.0.0.1"})
    CHECK(!read_network(text));
}

TEST_CASE("an address and a prefix hold what they should") {
  const auto in = [](const char* net, const char* address) { return contains(read_network(net).value(), address); };
  CHECK(in("192.0.2.7", "192.0.2.7"));
  CHECK(!in("192.0.2.7", "192.0.2.8"));
  CHECK(in("192.0.2.0/25", "192.0.2.127"));
  CHECK(!in("192.0.2.0/25", "192.0.2.128"));
  CHECK(in("0.0.0.0/0", "203.0.113.1"));
  CHECK(!in("0.0.0.0/0", "2001:db8::1"));
  CHECK(in("::/0", "2001:db8::1"));
  CHECK(in("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK(!in("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(in("fe80::/10", "fe80::1%eth0"));
  CHECK(in("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(!in("10.0.0.0/8", "test"));
}

TEST_CASE("an IPv6 network is one, an IPv4 address is one, however it is written") {
  const auto same = [](const char* a, const char* b) {
    return proxy::network_of(a).value() == proxy::network_of(b).value();
  };
  CHECK(same("2001:db8:0:1::1", "2001:db8:0:1:ffff::7"));
  CHECK(!same("2001:db8:0:1::1", "2001:db8:0:2::1"));
  CHECK(same("192.0.2.7", "::ffff:192.0.2.7"));
  CHECK(!same("192.0.2.7", "192.0.2.8"));
  CHECK(!same("::", "0.0.0.0"));
  CHECK(same("fe80::1%eth0", "fe80::2"));
  CHECK(!proxy::network_of("test"));
}
