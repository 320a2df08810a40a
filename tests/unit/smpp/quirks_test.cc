// tests/data/quirks.tsv: the first word of each name says what must happen.
#include <algorithm>

#include "smpp/text.h"
#include "tests/unit/catch.h"
#include "tests/unit/smpp/vectors.h"

using smpp::command_status;
using smpp::framing;

namespace {

// The PDUs of a stream, one after the other, each checked to be whole.
std::vector<smpp::octets> frames(smpp::octets stream) {
  std::vector<smpp::octets> pdus;
  while (!stream.empty()) {
    const smpp::frame f = smpp::next_frame(stream, testing::max_command_length);
    REQUIRE(f.status == framing::complete);
    pdus.push_back(stream.first(f.length));
    stream = stream.subspan(f.length);
  }
  return pdus;
}

// What a person wrote, or nothing when it is not a person's message.
std::optional<std::string> words(const testing::pdu_vector& v) {
  smpp::message m;
  REQUIRE(smpp::decode_deliver_sm(v.octets, m) == command_status::ESME_ROK);
  if (!smpp::is_from_a_person(m)) return std::nullopt;
  return smpp::to_utf8(smpp::split_user_data(m).text, m.data_coding, smpp::default_alphabet::gsm7);
}

}  // namespace

TEST_CASE("the golden PDUs are all there") {
  const auto vectors = testing::quirks();
  CHECK(vectors.size() == 164);
  for (const std::string_view word : {"ok-", "quirk-", "bad-", "fatal-", "quiet-", "STOP-"}) {
    CHECK(std::ranges::any_of(vectors, [&](const auto& v) { return v.is(word); }));
  }
}

TEST_CASE("valid and odd PDUs decode and cross octet for octet") {
  for (const auto& v : testing::quirks()) {
    if (v.is("bad-") || v.is("fatal-") || v.is("quiet-")) continue;
    INFO(v.name);
    smpp::buffer crossed;
    for (const smpp::octets pdu : frames(v.octets)) {
      CHECK(testing::decoded(pdu).value_or(command_status::ESME_ROK) == command_status::ESME_ROK);
      smpp::append_renumbered(crossed, pdu, smpp::read_header(pdu).sequence_number);
    }
    CHECK(crossed == v.octets);
  }
}

TEST_CASE("broken PDUs are framed, and refused by their decoder") {
  for (const auto& v : testing::quirks()) {
    if (!v.is("bad-")) continue;
    INFO(v.name);
    const auto pdus = frames(v.octets);
    REQUIRE(pdus.size() == 1);
    const command_status expected = v.is("bad-TLV_")                         ? command_status::ESME_RINVOPTPARSTREAM
                                    : v.name == "bad-submit_addr_empty_dest" ? command_status::ESME_RINVDSTADR
                                                                             : command_status::ESME_RINVMSGLEN;
    CHECK(testing::decoded(pdus.front()) == expected);
  }
}

TEST_CASE("a length that cannot be, and bytes that are not SMPP, lose the framing") {
  for (const auto& v : testing::quirks()) {
    if (!v.is("fatal-") && !v.is("quiet-")) continue;
    INFO(v.name);
    CHECK(smpp::next_frame(v.octets, testing::max_command_length).status == framing::lost);
    CHECK(smpp::next_frame(smpp::octets(v.octets).first(4), testing::max_command_length).status == framing::lost);
  }
}

TEST_CASE("replies give the words that were written") {
  // Packed GSM 7-bit is not here: its octets are decoded as if unpacked.
  const std::vector<std::pair<std::string, std::optional<std::string>>> expected{
      {"STOP-no-dlr_no_sub_dlvrd", std::nullopt},
      {"STOP-no-user_ack_esm10", std::nullopt},
      {"STOP-yes-lower", "stop"},
      {"STOP-yes-mixed_ws", "  StOp \r\n"},
      {"STOP-yes-unsubscribe", "UNSUBSCRIBE"},
      {"STOP-yes-stopall", "STOPALL"},
      {"STOP-yes-cancel", "Cancel"},
      {"STOP-yes-quit", "quit"},
      {"STOP-yes-optout", "OPT-OUT"},
      {"STOP-yes-revoke", "REVOKE"},
      {"STOP-yes-ucs2", "STOP"},
      {"STOP-yes-ucs2_bom", "STOP"},
      {"STOP-yes-utf8_dc0_nbsp", "STOP\u00A0"},
      {"STOP-yes-dc3", "STOP"},
      {"STOP-yes-dc4_binary", "STOP"},
      {"STOP-yes-dcF0", "STOP"},
      {"STOP-yes-udh_port", "STOP"},
      {"STOP-yes-payload", "STOP"},
      {"STOP-yes-payload_ucs2", "STOP"},
      {"STOP-yes-please_stop", "please stop calling"},
      {"STOP-no-dont_stop", "don't stop"},
      {"STOP-no-empty", ""},
  };
  const auto vectors = testing::quirks();
  for (const auto& [name, text] : expected) {
    INFO(name);
    const auto v = std::ranges::find(vectors, name, &testing::pdu_vector::name);
    REQUIRE(v != vectors.end());
    CHECK(words(*v) == text);
  }
  const auto replies = std::ranges::count_if(vectors, [](const auto& v) { return v.is("STOP-") || v.is("START-"); });
  CHECK(static_cast<std::size_t>(replies) == expected.size() + 1);
}
