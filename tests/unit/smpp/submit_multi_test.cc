#include "smpp/submit_multi.h"

#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::pdus::operator+;
using smpp::command_id;
using smpp::command_status;

namespace {

smpp::submit_multi decoded(const smpp::buffer& pdu) {
  smpp::submit_multi m;
  REQUIRE(smpp::decode_submit_multi(pdu, m) == command_status::ESME_ROK);
  return m;
}

command_status status_of(const smpp::buffer& pdu) {
  smpp::submit_multi m;
  return smpp::decode_submit_multi(pdu, m);
}

smpp::buffer answer(std::string_view body, command_status status = command_status::ESME_ROK) {
  smpp::buffer pdu = testing::pdus::header(command_id::submit_multi_resp, 77, status);
  pdu.insert(pdu.end(), body.begin(), body.end());
  testing::pdus::close(pdu);
  return pdu;
}

smpp::buffer merged(const smpp::buffer& pdu, const std::vector<smpp::unsuccess_sme>& refused) {
  smpp::buffer out;
  smpp::append_submit_multi_resp(out, pdu, 5, refused);
  return out;
}

smpp::buffer renumbered(const smpp::buffer& pdu) {
  smpp::buffer out;
  smpp::append_renumbered(out, pdu, 5);
  return out;
}

const std::vector<smpp::unsuccess_sme> one_refused{{1, 2, "336", command_status::ESME_RSUBMITFAIL}};
constexpr auto one_encoded = "\x01\x02\x33\x33\x36\0\0\0\0\x45"sv;

}  // namespace

TEST_CASE("a submit_multi gives its destinations, addresses and lists alike") {
  const smpp::buffer pdu = testing::pdus::submit_multi(1, {"33611", "=friends", "33622"});
  const smpp::submit_multi m = decoded(pdu);
  CHECK(m.source_addr.text == "36111");
  REQUIRE(m.dest_addresses.size() == 3);
  CHECK(m.dest_addresses[0].sme.text == "33611");
  CHECK(m.dest_addresses[0].sme.ton == 1);
  CHECK_FALSE(m.dest_addresses[0].distribution_list);
  CHECK(m.dest_addresses[1].distribution_list);
  CHECK(m.dest_addresses[1].dl_name == "friends");
  CHECK(m.dest_addresses[2].sme.text == "33622");
  CHECK(m.rest.source_addr.text == "36111");
  CHECK(m.rest.destination_addr.text.empty());
  CHECK(std::string(m.rest.short_message.begin(), m.rest.short_message.end()) == "hi");
}

TEST_CASE("a submit_multi that is wrong is refused with what is wrong") {
  CHECK(status_of(testing::pdus::header(command_id::submit_multi, 1)) == command_status::ESME_RINVMSGLEN);
  CHECK(status_of(testing::pdus::submit_multi(1, {})) == command_status::ESME_RINVNUMDESTS);
  CHECK(status_of(testing::pdus::submit_multi(1, {"33611", ""})) == command_status::ESME_RINVDSTADR);
  smpp::buffer pdu = testing::pdus::submit_multi(1, {"33611"}, "1");
  const std::size_t number_of_dests = smpp::header_length + 5;
  const std::size_t dest_flag = number_of_dests + 1;
  REQUIRE(pdu[dest_flag] == 1);
  pdu[dest_flag] = 3;
  CHECK(status_of(pdu) == command_status::ESME_RINVDESTFLAG);
  pdu[dest_flag] = 1;
  pdu[number_of_dests] = 200;
  CHECK(status_of(pdu) != command_status::ESME_ROK);
  pdu[number_of_dests] = 1;
  pdu.push_back(7);
  CHECK(status_of(pdu) == command_status::ESME_RINVOPTPARSTREAM);
  for (std::size_t length = smpp::header_length; length < pdu.size() - 1; ++length) {
    INFO(length);
    CHECK(status_of({pdu.begin(), pdu.begin() + static_cast<std::ptrdiff_t>(length)}) ==
          command_status::ESME_RINVMSGLEN);
  }
}

TEST_CASE("the destinations kept are the destinations sent, and nothing else changes") {
  const smpp::buffer pdu = testing::pdus::submit_multi(1, {"33611", "=friends", "33622"});
  const smpp::submit_multi m = decoded(pdu);
  smpp::buffer out;
  smpp::append_submit_multi(out, m, {true, true, true}, 1);
  CHECK(out == pdu);
  out.clear();
  smpp::append_submit_multi(out, m, {true, false, true}, 9);
  CHECK(out == testing::pdus::submit_multi(9, {"33611", "33622"}));
  out.assign({1, 2, 3});
  smpp::append_submit_multi(out, m, {false, true, false}, 9);
  CHECK(out == smpp::buffer{1, 2, 3} + testing::pdus::submit_multi(9, {"=friends"}));
}

TEST_CASE("the gate's own answer lists the refused") {
  smpp::buffer out;
  smpp::append_submit_multi_resp(out, command_status::ESME_RSUBMITFAIL, 77, one_refused);
  CHECK(out == answer("\0\x01"s + std::string(one_encoded), command_status::ESME_RSUBMITFAIL));
}

TEST_CASE("the refused are added to those the SMSC refused; what surrounds them stays") {
  const auto theirs = "\x01\x01\x39\x39\0\0\0\0\x0B"s;
  const auto tlv = "\x14\0\0\x01x"s;
  const std::string ours(one_encoded);
  CHECK(merged(answer("id\0\0"s), one_refused) == renumbered(answer("id\0\x01"s + ours)));
  CHECK(merged(answer("id\0\x01"s + theirs + tlv), one_refused) ==
        renumbered(answer("id\0\x02"s + theirs + ours + tlv)));
  const auto failed = command_status::ESME_RTHROTTLED;
  CHECK(merged(answer("id\0\0"s, failed), one_refused) == renumbered(answer("id\0\x01"s + ours, failed)));
}

TEST_CASE("an accepted submit_multi whose answer says too little is completed") {
  const std::string ours(one_encoded);
  CHECK(merged(answer(""), one_refused) == renumbered(answer("\0\x01"s + ours)));
  CHECK(merged(answer("id\0"s), one_refused) == renumbered(answer("id\0\x01"s + ours)));
}

TEST_CASE("an answer that cannot be added to crosses as it is") {
  for (const auto& pdu : {answer("", command_status::ESME_RTHROTTLED), answer("\0"s, command_status::ESME_RTHROTTLED),
                          answer("id without a NUL"), answer("id\0\x02\x01\x01\x39\0\0\0\0\x0B"s),
                          testing::pdus::header(command_id::generic_nack, 77, command_status::ESME_RINVCMDID)}) {
    CHECK(merged(pdu, one_refused) == renumbered(pdu));
  }
}

TEST_CASE("no_unsuccess is one octet: at most 255 are reported") {
  const std::vector<smpp::unsuccess_sme> many(300, one_refused.front());
  const smpp::buffer out = merged(answer("id\0\x01\x01\x01\x39\x39\0\0\0\0\x0B"s), many);
  CHECK(out[smpp::header_length + 3] == 255);
  CHECK(out.size() == smpp::header_length + 4 + 9 + 254 * one_encoded.size());
  CHECK(smpp::read_header(out).command_length == out.size());
}
