// Every cut and every change of one octet: nothing may read outside the PDU (run under the asan preset) nor be decoded
// into something that is not in it.
#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"
#include "tests/unit/smpp/vectors.h"

using smpp::command_status;

namespace {

// Decodes from memory of exactly this size, so that one octet too far is one the sanitizer sees.
void decode_and_read(smpp::octets pdu) {
  const smpp::buffer exact(pdu.begin(), pdu.end());
  testing::decoded(exact);
  smpp::message m;
  if (smpp::decode_deliver_sm(exact, m) != command_status::ESME_ROK) return;
  const smpp::user_text user = smpp::split_user_data(m);
  smpp::to_utf8(user.text, m.data_coding, smpp::default_alphabet::gsm7);
  REQUIRE(user.text.size() <= exact.size());
  if (user.part) REQUIRE((user.part->segment >= 1 && user.part->segment <= user.part->total));
}

void check_cut(const testing::pdu_vector& v, std::size_t length) {
  INFO(v.name << " cut to " << length);
  smpp::buffer cut(v.octets.begin(), v.octets.begin() + static_cast<std::ptrdiff_t>(length));
  smpp::write_u32(cut.data(), static_cast<std::uint32_t>(length));
  decode_and_read(cut);
}

}  // namespace

TEST_CASE("a PDU cut anywhere is decoded or refused, never read past its end") {
  std::size_t cuts = 0;
  for (const auto& v : testing::quirks()) {
    if (v.is("fatal-") || v.is("quiet-")) continue;
    for (std::size_t length = smpp::header_length; length < v.octets.size(); ++length, ++cuts)
      check_cut(v, length);
  }
  CHECK(cuts > 5000);
}

TEST_CASE("a submit_sm without optional parameters is refused at every cut") {
  for (const auto& v : testing::quirks()) {
    if (v.name != "ok-submit_254" && v.name != "ok-submit_addr_plain") continue;
    for (std::size_t length = smpp::header_length; length < v.octets.size(); ++length) {
      INFO(v.name << " cut to " << length);
      CHECK(testing::decoded(smpp::octets(v.octets).first(length)) == command_status::ESME_RINVMSGLEN);
    }
  }
}

TEST_CASE("any one octet may have any value") {
  for (const auto& v : testing::quirks()) {
    if (v.name != "ok-TLV_vendor_1400_India_DLT" && v.name != "ok-UDH_0b0504158200000003cc0201" &&
        v.name != "quirk-sar_ref_1_octet" && v.name != "ok-payload_with_UDHI") {
      continue;
    }
    INFO(v.name);
    for (std::size_t at = smpp::header_length; at < v.octets.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        smpp::buffer changed = v.octets;
        changed[at] = static_cast<std::uint8_t>(value);
        decode_and_read(changed);
      }
    }
  }
}

TEST_CASE("any one octet of a submit_multi may have any value") {
  const smpp::buffer pdu = testing::pdus::submit_multi(1, {"33611", "=friends", "33622"});
  std::size_t accepted = 0;
  for (std::size_t at = smpp::header_length; at < pdu.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      smpp::buffer changed = pdu;
      changed[at] = static_cast<std::uint8_t>(value);
      smpp::submit_multi m;
      if (smpp::decode_submit_multi(changed, m) != command_status::ESME_ROK) continue;
      ++accepted;
      smpp::buffer again;
      smpp::append_submit_multi(again, m, std::vector<bool>(m.dest_addresses.size(), true), 1);
      REQUIRE(again == changed);
    }
  }
  CHECK(accepted > 1000);  // most text and integers may be anything
}
