#include "smpp/bind.h"

#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace std::string_view_literals;
using smpp::command_status;

namespace {

// system_id "sender1", password "secret1", system_type "VMA", version 0x34, TON 1, NPI 2, address_range "36.*"
constexpr auto body = "sender1\0secret1\0VMA\0\x34\x01\x02\x33\x36.*\0"sv;

smpp::buffer pdu_of(std::string_view octets) {
  smpp::buffer pdu = testing::pdus::header(smpp::command_id::bind_transceiver, 1);
  pdu.insert(pdu.end(), octets.begin(), octets.end());
  testing::pdus::close(pdu);
  return pdu;
}

}  // namespace

TEST_CASE("a bind gives its fields") {
  const smpp::buffer pdu = pdu_of(body);
  smpp::bind b;
  REQUIRE(smpp::decode(pdu, b) == command_status::ESME_ROK);
  CHECK(b.system_id == "sender1");
  CHECK(b.password == "secret1");
  CHECK(b.system_type == "VMA");
  CHECK(b.interface_version == 0x34);
  CHECK(b.addr_ton == 1);
  CHECK(b.addr_npi == 2);
  CHECK(b.address_range == "36.*");
}

TEST_CASE("the bind of somebody else, with all that follows the password") {
  const smpp::buffer pdu = pdu_of(std::string(body) + std::string("\x14\0\0\1x"sv));
  const smpp::buffer other = smpp::bind_as(pdu, "agg7", "a longer one");
  CHECK(other == pdu_of("agg7\0a longer one\0VMA\0\x34\x01\x02\x33\x36.*\0\x14\0\0\1x"sv));
  CHECK(smpp::bind_as(other, "sender1", "secret1") == pdu);
  CHECK(smpp::bind_as(pdu, "", "") == pdu_of("\0\0VMA\0\x34\x01\x02\x33\x36.*\0\x14\0\0\1x"sv));
}

TEST_CASE("the answer to a bind under another name") {
  const smpp::buffer pdu = pdu_of("agg7\0\x02\x10\0\1\x34"sv);
  CHECK(smpp::bind_resp_naming(pdu, "sender1") == pdu_of("sender1\0\x02\x10\0\1\x34"sv));
}

TEST_CASE("a bind that ends inside a field is refused, whichever") {
  smpp::bind b;
  for (std::size_t length = 0; length < body.size(); ++length) {
    INFO(length);
    CHECK(smpp::decode(pdu_of(body.substr(0, length)), b) == command_status::ESME_RINVMSGLEN);
  }
}

TEST_CASE("fields longer than the specification allows, and what follows the last, are for the SMSC to judge") {
  const std::string long_id(60, 'a');
  const smpp::buffer pdu = pdu_of(long_id + std::string("\0\0\0\x34\0\0\0\x14\0\0\1x"sv));
  smpp::bind b;
  REQUIRE(smpp::decode(pdu, b) == command_status::ESME_ROK);
  CHECK(b.system_id == long_id);
  CHECK(b.address_range.empty());
}
