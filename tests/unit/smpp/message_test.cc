#include "smpp/message.h"

#include "smpp/tlv.h"
#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace std::string_literals;
using namespace std::string_view_literals;
using smpp::command_status;
using testing::pdus::sm;

namespace {

std::string text_of(smpp::octets data) {
  return {data.begin(), data.end()};
}

// Every field has another value, so that none can be taken for its neighbour.
smpp::buffer distinct() {
  smpp::buffer pdu = testing::pdus::header(smpp::command_id::submit_sm, 1);
  const auto body = "CMT\0\x01\x02src\0\x03\x04\x64st\0\x05\x06\x07sched\0valid\0\x08\x09\x0A\x0B\x02hi\x14\0\0\x01x"sv;
  pdu.insert(pdu.end(), body.begin(), body.end());
  testing::pdus::close(pdu);
  return pdu;
}

}  // namespace

TEST_CASE("a submit_sm gives each field from its place") {
  const smpp::buffer pdu = distinct();
  smpp::message m;
  REQUIRE(smpp::decode_submit_sm(pdu, m) == command_status::ESME_ROK);
  CHECK(m.service_type == "CMT");
  CHECK(m.source_addr.ton == 1);
  CHECK(m.source_addr.npi == 2);
  CHECK(m.source_addr.text == "src");
  CHECK(m.destination_addr.ton == 3);
  CHECK(m.destination_addr.npi == 4);
  CHECK(m.destination_addr.text == "dst");
  CHECK(m.esm_class == 5);
  CHECK(m.protocol_id == 6);
  CHECK(m.priority_flag == 7);
  CHECK(m.schedule_delivery_time == "sched");
  CHECK(m.validity_period == "valid");
  CHECK(m.registered_delivery == 8);
  CHECK(m.replace_if_present_flag == 9);
  CHECK(m.data_coding == 10);
  CHECK(m.sm_default_msg_id == 11);
  CHECK(text_of(m.short_message) == "hi");
  CHECK(m.optional_parameters.size() == 5);
  CHECK(m.optional_parameters.data() == pdu.data() + pdu.size() - 5);  // a view, not a copy
}

TEST_CASE("an empty destination is refused in what is submitted only") {
  sm to_nobody;
  to_nobody.destination.clear();
  const smpp::buffer pdu = testing::pdus::submit_sm(1, to_nobody);
  smpp::message m;
  CHECK(smpp::decode_submit_sm(pdu, m) == command_status::ESME_RINVDSTADR);
  CHECK(smpp::decode_deliver_sm(pdu, m) == command_status::ESME_ROK);
  const smpp::buffer data = testing::pdus::data_sm(1, "36111", "");
  CHECK(smpp::decode_data_sm(data, m, true) == command_status::ESME_RINVDSTADR);
  CHECK(smpp::decode_data_sm(data, m, false) == command_status::ESME_ROK);
}

TEST_CASE("what does not add up is refused with the status the specification names") {
  smpp::message m;
  smpp::buffer pdu = testing::pdus::submit_sm(1);
  pdu[pdu.size() - 6] = 6;  // sm_length
  CHECK(smpp::decode_submit_sm(pdu, m) == command_status::ESME_RINVMSGLEN);
  pdu[pdu.size() - 6] = 4;
  CHECK(smpp::decode_submit_sm(pdu, m) == command_status::ESME_RINVOPTPARSTREAM);
  CHECK(smpp::decode_submit_sm(testing::pdus::header(smpp::command_id::submit_sm, 1), m) ==
        command_status::ESME_RINVMSGLEN);
  CHECK(smpp::decode_data_sm(testing::pdus::header(smpp::command_id::data_sm, 1), m, true) ==
        command_status::ESME_RINVMSGLEN);
  CHECK(smpp::decode_submit_sm(testing::pdus::submit_sm(1, {.optional_parameters = "\x04\x24\0\x05x"s}), m) ==
        command_status::ESME_RINVOPTPARSTREAM);
}

TEST_CASE("a message with broken optional parameters can still be read") {
  const auto broken = "\x02\x04\0\x02\0\x07\0\x1E\0\x41x"s;
  const smpp::buffer pdu = testing::pdus::submit_sm(1, {.text = "STOP", .optional_parameters = broken});
  smpp::message m;
  REQUIRE(smpp::decode_deliver_sm(pdu, m) == command_status::ESME_RINVOPTPARSTREAM);
  CHECK(m.destination_addr.text == "33612345678");
  CHECK(text_of(smpp::user_data(m)) == "STOP");
  CHECK(smpp::find_integer(m.optional_parameters, 0x0204) == std::uint16_t{7});
  CHECK_FALSE(smpp::find(m.optional_parameters, 0x001E).has_value());
}

TEST_CASE("a data_sm gives its fields, and nothing of the message decoded before it") {
  smpp::message m;
  const smpp::buffer before = distinct();
  REQUIRE(smpp::decode_submit_sm(before, m) == command_status::ESME_ROK);
  const smpp::buffer pdu = testing::pdus::data_sm(1, "36111", "33612345678");
  REQUIRE(smpp::decode_data_sm(pdu, m, true) == command_status::ESME_ROK);
  CHECK(m.source_addr.text == "36111");
  CHECK(m.destination_addr.text == "33612345678");
  CHECK(m.destination_addr.ton == 1);
  CHECK(m.short_message.empty());
  CHECK(m.schedule_delivery_time.empty());
  CHECK(text_of(smpp::user_data(m)) == "hi");
}

TEST_CASE("a broadcast_sm says who sends it") {
  smpp::buffer pdu = testing::pdus::header(smpp::command_id::broadcast_sm, 1);
  testing::pdus::text(pdu, "CBS");
  testing::pdus::octets(pdu, {5, 6});
  testing::pdus::text(pdu, "Town");
  testing::pdus::close(pdu);
  smpp::address from;
  REQUIRE(smpp::decode_broadcast_sm(pdu, from) == command_status::ESME_ROK);
  CHECK(from.ton == 5);
  CHECK(from.npi == 6);
  CHECK(from.text == "Town");
  pdu.pop_back();
  CHECK(smpp::decode_broadcast_sm(pdu, from) == command_status::ESME_RINVMSGLEN);
}

TEST_CASE("message_payload is the user data when short_message is empty") {
  const auto payload = "\x04\x24\0\x03long"s.substr(0, 7);
  smpp::message m;
  smpp::buffer pdu = testing::pdus::submit_sm(1, {.text = "", .optional_parameters = payload});
  REQUIRE(smpp::decode_submit_sm(pdu, m) == command_status::ESME_ROK);
  CHECK(text_of(smpp::user_data(m)) == "lon");
  pdu = testing::pdus::submit_sm(1, {.text = "short", .optional_parameters = payload});
  REQUIRE(smpp::decode_submit_sm(pdu, m) == command_status::ESME_ROK);
  CHECK(text_of(smpp::user_data(m)) == "short");
  pdu = testing::pdus::submit_sm(1, {.text = "", .optional_parameters = ""});
  REQUIRE(smpp::decode_submit_sm(pdu, m) == command_status::ESME_ROK);
  CHECK(smpp::user_data(m).empty());
}

TEST_CASE("a short_message of NULs alone does not hide a message_payload") {
  const smpp::buffer payload{0x04, 0x24, 0, 1, 'x'}, nuls{0, 0}, text{'t', 0};
  smpp::message m;
  m.optional_parameters = payload;
  m.short_message = nuls;
  CHECK(smpp::user_data(m).size() == 1);
  m.short_message = text;
  CHECK(smpp::user_data(m).data() == text.data());
  m.optional_parameters = {};
  m.short_message = nuls;
  CHECK(smpp::user_data(m).data() == nuls.data());
}

TEST_CASE("a person's message is told from receipts and acknowledgements") {
  for (const unsigned esm_class : {0x00U, 0x01U, 0x03U, 0x40U, 0x80U, 0xC3U}) {
    smpp::message m;
    m.esm_class = static_cast<std::uint8_t>(esm_class);
    CHECK(smpp::is_from_a_person(m));
  }
  for (const unsigned esm_class : {0x04U, 0x08U, 0x10U, 0x18U, 0x20U, 0x44U}) {
    smpp::message m;
    m.esm_class = static_cast<std::uint8_t>(esm_class);
    CHECK_FALSE(smpp::is_from_a_person(m));
  }
  const smpp::buffer message_id{0x00, 0x1E, 0, 2, '7', 0};
  const smpp::buffer state{0x04, 0x27, 0, 1, 2};
  const smpp::buffer vendor{0x14, 0x00, 0, 1, 2};
  smpp::message m;
  m.optional_parameters = message_id;
  CHECK_FALSE(smpp::is_from_a_person(m));
  m.optional_parameters = state;
  CHECK_FALSE(smpp::is_from_a_person(m));
  m.optional_parameters = vendor;
  CHECK(smpp::is_from_a_person(m));
}

TEST_CASE("replace_sm") {
  smpp::buffer pdu = testing::pdus::header(smpp::command_id::replace_sm, 1);
  testing::pdus::text(pdu, "m1");
  testing::pdus::octets(pdu, {1, 2});
  testing::pdus::text(pdu, "36111");
  testing::pdus::text(pdu, "261225120000000+");
  testing::pdus::text(pdu, "");
  testing::pdus::octets(pdu, {1, 0, 2, 'h', 'i'});
  testing::pdus::close(pdu);
  smpp::replace_sm r;
  REQUIRE(smpp::decode_replace_sm(pdu, r) == smpp::command_status::ESME_ROK);
  CHECK(r.message_id == "m1");
  CHECK(r.rest.source_addr.ton == 1);
  CHECK(r.rest.source_addr.text == "36111");
  CHECK(r.rest.schedule_delivery_time == "261225120000000+");
  CHECK(r.rest.registered_delivery == 1);
  CHECK(r.rest.short_message.size() == 2);
  for (std::size_t n = smpp::header_length; n < pdu.size(); ++n)
    CHECK(smpp::decode_replace_sm(smpp::octets(pdu).first(n), r) == smpp::command_status::ESME_RINVMSGLEN);
  pdu.push_back(4);
  CHECK(smpp::decode_replace_sm(pdu, r) == smpp::command_status::ESME_RINVOPTPARSTREAM);
}
