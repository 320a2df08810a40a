#include "proxy/capture/wire_tap.h"

#include <cstring>

#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace testing;
using proxy::captures;
using proxy::pcapng::direction;
using smpp::command_id;

namespace {

const proxy::wire esme_wire{0, {}, {}};
const proxy::wire smsc_wire{1, {}, {}};
const store::instant at{std::chrono::microseconds{1234567890123456}};

proxy::capture_filter of_number(std::uint64_t digits) {
  return {store::number{digits}, ""};
}

// Enhanced packets in what a capture holds; each block has its type first and its length next.
std::size_t packets(proxy::capture& c) {
  const std::string octets = c.take();
  std::size_t count = 0;
  for (std::size_t i = 0; i < octets.size();) {
    count += octets[i] == 6 ? 1 : 0;
    std::uint32_t length = 0;
    std::memcpy(&length, octets.data() + i + 4, sizeof length);
    REQUIRE(length % 4 == 0);
    i += length;
    REQUIRE(i <= octets.size());
  }
  return count;
}

}  // namespace

TEST_CASE("a capture of a number has the PDUs that name it and their answers") {
  captures all;
  const auto c = all.start(of_number(33612345678), {}, false);
  proxy::wire_tap tap;
  const auto saw = [&](const proxy::wire& w, direction d, const smpp::buffer& octets) {
    tap.saw(all, w, d, octets, "shop1", at);
    return packets(*c);
  };
  using pdus::operator+;
  const auto resp = [](std::uint32_t n) { return pdus::with_text(command_id::submit_sm_resp, {}, n, "m"); };
  CHECK(saw(esme_wire, direction::inbound, pdus::bind(command_id::bind_transceiver, 1, "shop1")) == 0);
  CHECK(saw(esme_wire, direction::inbound,
            pdus::submit_sm(2) + pdus::submit_sm(3, {.destination = "33600000000"}) +
                pdus::submit_sm(4, {.destination = "+33 6 12 34 56 78"})) == 2);
  CHECK(saw(esme_wire, direction::outbound, resp(3)) == 0);
  CHECK(saw(smsc_wire, direction::inbound, resp(2)) == 0);  // of the other leg
  CHECK(saw(esme_wire, direction::inbound, resp(2)) == 0);  // of the other direction
  CHECK(saw(esme_wire, direction::outbound, resp(2) + resp(4)) == 2);
  CHECK(saw(esme_wire, direction::outbound, resp(2)) == 0);  // answered
  CHECK(saw(smsc_wire, direction::inbound, pdus::deliver_sm(9, "STOP")) == 1);
  CHECK(saw(smsc_wire, direction::outbound, pdus::with_text(command_id::deliver_sm_resp, {}, 9, "")) == 1);
  CHECK(saw(esme_wire, direction::inbound, pdus::submit_multi(5, {"33600000001", "33612345678"})) == 1);
}

TEST_CASE("a capture of a system_id has all that crosses on its binds, and no other's") {
  captures all;
  const auto c = all.start({{}, "shop1"}, {}, false);
  proxy::wire_tap shop, bank;
  shop.saw(all, esme_wire, direction::inbound, pdus::header(command_id::enquire_link, 1), "shop1", at);
  bank.saw(all, esme_wire, direction::inbound, pdus::submit_sm(1), "bank1", at);
  CHECK(packets(*c) == 1);
}

TEST_CASE("what is no PDU is shown without what it says") {
  captures all;
  const auto c = all.start({{}, "shop1"}, {}, true);
  proxy::wire_tap tap;
  const std::string broken("\0\0\0\x05secret", 10);
  tap.saw(all, esme_wire, direction::inbound, smpp::buffer(broken.begin(), broken.end()), "shop1", at);
  const std::string shown = c->take();
  CHECK_FALSE(shown.empty());
  CHECK(shown.find("secret") == std::string::npos);
}

TEST_CASE("a PDU longer than a packet takes several") {
  captures all;
  const auto c = all.start({{}, "shop1"}, {}, false);
  proxy::wire_tap tap;
  smpp::buffer pdu = pdus::submit_sm(1);
  pdu.resize(150000);
  pdus::close(pdu);
  tap.saw(all, esme_wire, direction::inbound, pdu, "shop1", at);
  CHECK(packets(*c) == 3);
}

TEST_CASE("captures are few, end with who holds them, and count what they drop") {
  captures all;
  CHECK_FALSE(all.any());
  std::vector<std::shared_ptr<proxy::capture>> held;
  for (std::size_t i = 0; i < captures::most; ++i)
    held.push_back(all.start({{}, "shop1"}, {}, false));
  CHECK(all.any());
  CHECK(all.start({{}, "shop1"}, {}, false) == nullptr);
  held.resize(1);
  CHECK(all.under_way().size() == 1);
  CHECK(all.start({{}, "shop1"}, {}, false) != nullptr);

  const std::string packet(60000, 'x');
  for (int i = 0; i < 100; ++i)
    held[0]->add(1, at, direction::inbound, packet);
  const std::string kept = held[0]->take();
  CHECK(kept.size() < 5 * 1024 * 1024);
  std::uint64_t dropped = 0;
  const std::string told = held[0]->statistics(at);
  std::memcpy(&dropped, told.data() + told.size() / 2 + 8 + 12 + 4, sizeof dropped);  // the second block's first option
  CHECK(dropped == 100 - kept.size() / 60000);

  held.clear();
  CHECK(all.under_way().empty());
  CHECK_FALSE(all.any());
}

TEST_CASE("a packet has the checksums of RFC 1071") {
  const auto end = [](std::uint8_t last, std::uint16_t port) {
    proxy::wire_end e;
    e.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last};
    e.port = port;
    return e;
  };
  const smpp::buffer payload{1, 2, 3};
  const auto sum = [](std::string_view octets) {
    std::uint32_t s = 0;
    for (std::size_t i = 0; i < octets.size(); ++i)
      s += static_cast<std::uint32_t>(static_cast<std::uint8_t>(octets[i])) << (i % 2 == 0 ? 8 : 0);
    return (s & 0xffff) + (s >> 16);
  };
  const std::string p = proxy::tcp_packet(end(1, 2775), end(2, 40000), 1, 1, payload);
  REQUIRE(p.size() == 20 + 20 + 3);
  CHECK(sum(std::string_view(p).substr(0, 20)) == 0xffff);
  const std::string pseudo = p.substr(12, 8) + std::string("\0\x06\0\x17", 4);
  CHECK(sum(pseudo + p.substr(20)) == 0xffff);
  proxy::wire_end six;
  six.address[15] = 1;
  const std::string p6 = proxy::tcp_packet(end(1, 2775), six, 1, 1, payload);
  REQUIRE(p6.size() == 40 + 20 + 3);
  CHECK(sum(p6.substr(8, 32) + std::string("\0\x06\0\x17", 4) + p6.substr(40)) == 0xffff);
}
