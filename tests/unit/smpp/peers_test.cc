// PDUs from other implementations' test suites. They are read where they are, beside the repository, and are no part of
// it.
#include <map>

#include "tests/unit/catch.h"
#include "tests/unit/smpp/vectors.h"

using smpp::command_status;
using smpp::framing;

namespace {

enum class fate {
  decodes,
  framing_lost,
  stays_incomplete,
  more_follows,  // one PDU, and octets of the next
  refused,       // by the decoder of its command
};

// The rows whose command_length is not their length, or whose body is broken; all others decode.
const std::map<std::string, fate> odd{
    {"fiorix/go-smpp:TestKey", fate::refused},  // a header alone that says submit_sm
    {"JadKHaddad/Rusmpp:encode_vec", fate::framing_lost},
    {"funbox/smppex:parse_bind_transmitter_resp", fate::more_follows},
    {"funbox/smppex:parse_negative_resp_with_nonempty_malformed_body", fate::more_follows},
    {"linxGnu/gosmpp:invalidCmdLength", fate::framing_lost},
    {"linxGnu/gosmpp:invalidBody", fate::stays_incomplete},
    {"linxGnu/gosmpp:invalidPayload", fate::more_follows},
    {"linxGnu/gosmpp:invalidPayload.2", fate::more_follows},
    {"mozes/smpp.pdu:test_decode_command_length_too_short", fate::framing_lost},
    {"mozes/smpp.pdu:test_decode_bad_message_length_msg_too_short", fate::stays_incomplete},
    {"mozes/smpp.pdu:test_decode_bad_message_length_msg_too_long", fate::more_follows},
    {"twitter-archive/cloudhopper-smpp:decodeTwoEnquireLinkRespButWithReadRequiredInBetween", fate::more_follows},
    // A parameter of 65 octets of which 5 are there.
    {"twitter-archive/cloudhopper-smpp:decodeDeliverSmNetforsDeliveryReceiptTriggeredErrorInLegacySmppLibrary",
     fate::refused},
    {"twitter-archive/cloudhopper-smpp:decodeDeliverSMWithCorrectTotalByteLengthButInvalidShortMessageLength",
     fate::refused},
    {"twitter-archive/cloudhopper-smpp:decodeSubmitSmWith255ByteShortMessage", fate::stays_incomplete},
};

fate fate_of(const testing::pdu_vector& v) {
  const smpp::frame f = smpp::next_frame(v.octets, testing::max_command_length);
  if (f.status == framing::lost) return fate::framing_lost;
  if (f.status == framing::incomplete) return fate::stays_incomplete;
  if (f.length < v.octets.size()) return fate::more_follows;
  const auto status = testing::decoded(v.octets);
  return status.value_or(command_status::ESME_ROK) == command_status::ESME_ROK ? fate::decodes : fate::refused;
}

}  // namespace

TEST_CASE("PDUs of other implementations decode, and are whole only at their last octet") {
  const auto vectors = testing::read_vectors(CONSENTGATE_TESTS_DIR "/../../shared/vectors/peers.tsv");
  if (vectors.empty()) {
    WARN("skipped: the PDUs of other implementations are not on this machine");
    return;
  }
  for (const auto& v : vectors) {
    INFO(v.name);
    const auto it = odd.find(v.name);
    const fate expected = it == odd.end() ? fate::decodes : it->second;
    CHECK(fate_of(v) == expected);
    if (expected == fate::framing_lost) continue;
    const std::size_t length = smpp::read_u32(v.octets.data());
    for (std::size_t cut = 0; cut <= v.octets.size(); ++cut) {
      const smpp::frame f = smpp::next_frame(smpp::octets(v.octets).first(cut), testing::max_command_length);
      REQUIRE(f.status == (cut < length ? framing::incomplete : framing::complete));
    }
  }
}
