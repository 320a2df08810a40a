#include "smpp/plain_submit_sm.h"

#include <random>

#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"
#include "tests/unit/smpp/vectors.h"

using namespace testing;
using smpp::command_status;

namespace {

smpp::submit_sm_origin origin_of(const smpp::buffer& pdu) {
  smpp::message m;
  smpp::submit_sm_origin from;
  if (smpp::decode_submit_sm(pdu, m) == command_status::ESME_ROK) from.take(pdu, m);
  return from;
}

// decode_submit_sm() is the specification. Whether the PDU was plain.
bool agrees(const smpp::buffer& pdu, const smpp::submit_sm_origin& from) {
  smpp::address to;
  if (from.size() == 0 || !smpp::read_plain_submit_sm(pdu, from, to)) return false;
  smpp::message m;
  REQUIRE(smpp::decode_submit_sm(pdu, m) == command_status::ESME_ROK);
  CHECK(to.ton == m.destination_addr.ton);
  CHECK(to.npi == m.destination_addr.npi);
  CHECK(to.text == m.destination_addr.text);
  CHECK(m.schedule_delivery_time.empty());
  CHECK(m.validity_period.empty());
  CHECK(origin_of(pdu).size() == from.size());
  return true;
}

pdus::sm usual() {
  pdus::sm m;
  m.text = "Your parcel waits for you at the counter";
  return m;
}

}  // namespace

TEST_CASE("what is read in a few steps is what the decoder reads") {
  const smpp::buffer pdu = pdus::submit_sm(1, usual());
  CHECK(agrees(pdu, origin_of(pdu)));
  pdus::sm with_parameters = usual();
  with_parameters.optional_parameters = std::string("\x02\x04\x00\x02\x00\x07", 6);
  CHECK(agrees(pdus::submit_sm(2, with_parameters), origin_of(pdu)));
  pdus::sm another = usual();
  another.source = "36112";
  CHECK_FALSE(agrees(pdus::submit_sm(3, another), origin_of(pdu)));
  another.source = "3611";
  CHECK_FALSE(agrees(pdus::submit_sm(3, another), origin_of(pdu)));
  another = usual();
  another.source_ton = 5;
  CHECK_FALSE(agrees(pdus::submit_sm(3, another), origin_of(pdu)));
  another = usual();
  another.destination = "";
  CHECK_FALSE(agrees(pdus::submit_sm(3, another), origin_of(pdu)));
}

TEST_CASE("an origin longer or shorter than any real one is not kept") {
  pdus::sm m = usual();
  m.source = "Somebody whose name has no end, and goes on";
  CHECK(origin_of(pdus::submit_sm(1, m)).size() == 0);
  m.source = "";
  CHECK(origin_of(pdus::submit_sm(1, m)).size() == 0);
}

TEST_CASE("no octet that is changed, and no cut, is read otherwise than the decoder reads it") {
  std::mt19937 random(3);
  pdus::sm m = usual();
  m.optional_parameters = std::string("\x02\x04\x00\x02\x00\x07\x14\x02\x00\x01x", 11);
  const smpp::buffer good = pdus::submit_sm(1, m);
  const smpp::submit_sm_origin from = origin_of(good);
  std::size_t plain = 0;
  for (int i = 0; i < 200'000; ++i) {
    smpp::buffer pdu = good;
    for (std::size_t changes = 1 + random() % 3; changes > 0; --changes)
      pdu[smpp::header_length + random() % (pdu.size() - smpp::header_length)] =
          static_cast<std::uint8_t>(random() % 3 == 0 ? 0 : random());
    if (random() % 4 == 0) pdu.resize(smpp::header_length + random() % (pdu.size() - smpp::header_length));
    pdus::close(pdu);
    plain += agrees(pdu, from);
  }
  CHECK(plain > 10'000);
}

TEST_CASE("real submissions are read alike") {
  std::size_t plain = 0;
  for (const pdu_vector& v : quirks()) {
    if (v.octets.size() < smpp::header_length || smpp::read_header(v.octets).command_id != smpp::command_id::submit_sm)
      continue;
    INFO(v.name);
    plain += agrees(v.octets, origin_of(v.octets));
  }
  CHECK(plain > 0);
}
