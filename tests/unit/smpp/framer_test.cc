#include "smpp/framer.h"

#include "tests/unit/catch.h"

using smpp::framing;

namespace {

smpp::buffer with_length(std::uint32_t command_length, std::size_t octets) {
  smpp::buffer pdu(octets, 0);
  if (octets >= 4) smpp::write_u32(pdu.data(), command_length);
  return pdu;
}

framing status(std::uint32_t command_length, std::size_t octets, std::uint32_t limit = 70'000) {
  return smpp::next_frame(with_length(command_length, octets), limit).status;
}

}  // namespace

TEST_CASE("command_length decides as soon as it is there") {
  for (std::size_t octets = 0; octets < 4; ++octets)
    CHECK(status(0, octets) == framing::incomplete);
  CHECK(status(15, 4) == framing::lost);
  CHECK(status(16, 4) == framing::incomplete);
  CHECK(status(70'000, 4) == framing::incomplete);
  CHECK(status(70'001, 4) == framing::lost);
  CHECK(status(0xFFFFFFFF, 4) == framing::lost);
  CHECK(status(0xFFFFFFFF, 4, 0xFFFFFFFF) == framing::incomplete);
}

TEST_CASE("a PDU is complete with its last octet, whatever follows") {
  CHECK(status(16, 15) == framing::incomplete);
  CHECK(status(16, 16) == framing::complete);
  CHECK(smpp::next_frame(with_length(16, 16), 16).length == 16);
  CHECK(smpp::next_frame(with_length(20, 70), 70).length == 20);
}
