#include "smpp/receipt.h"

#include "tests/unit/catch.h"

using namespace smpp;

namespace {

octets of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

message receipt_of(std::string_view text) {
  message m;
  m.esm_class = 0x04;
  m.short_message = of(text);
  return m;
}

}  // namespace

TEST_CASE("the text of a receipt") {
  const message m = receipt_of(
      "id:7220bb6bd0be98fa sub:001 dlvrd:000 submit date:2611251015 done date:2611251016 stat:UNDELIV err:082 "
      "text:Hello");
  REQUIRE(is_receipt(m));
  const receipt r = read_receipt(m);
  CHECK(r.err == "082");
  CHECK(r.state == message_state::UNDELIVERABLE);
  CHECK_FALSE(r.network_error_code);
}

TEST_CASE("names in any case, and only as names; nothing is there when it is not") {
  CHECK(read_receipt(receipt_of("ID:1 STAT:REJECTD ERR:0A1")).err == "0A1");
  CHECK(read_receipt(receipt_of("id:1 Stat:rejectd Err:7")).state == message_state::REJECTED);
  CHECK(read_receipt(receipt_of("id:1 lasterr:7 err:8")).err == "8");
  CHECK(read_receipt(receipt_of("id:1 stat:SOMETHING")).err.empty());
  CHECK_FALSE(read_receipt(receipt_of("id:1 stat:SOMETHING")).state);
  CHECK(read_receipt(receipt_of("err:")).err.empty());
  CHECK(read_receipt(receipt_of("")).err.empty());
}

TEST_CASE("what the sender wrote itself is quoted in a receipt and is none of its words") {
  const receipt r = read_receipt(receipt_of("id:1 Text:stat:REJECTD err:082 "));
  CHECK(r.err.empty());
  CHECK_FALSE(r.state);
  CHECK(read_receipt(receipt_of("err:001 text:err:082")).err == "001");
}

TEST_CASE("the parameters of a receipt count before its text") {
  static constexpr std::uint8_t tlvs[] = {0x04, 0x27, 0, 1, 8, 0x04, 0x23, 0, 3, 3, 0x01, 0x02};
  message m = receipt_of("id:1 stat:UNDELIV err:000");
  m.optional_parameters = tlvs;
  const receipt r = read_receipt(m);
  CHECK(r.state == message_state::REJECTED);
  CHECK(r.network_error_code == 0x0102);
  m.esm_class = 0;
  CHECK(is_receipt(m));
  m.optional_parameters = {};
  CHECK_FALSE(is_receipt(m));
  m.esm_class = 0x20;  // an intermediate notification: nothing is settled yet
  m.optional_parameters = tlvs;
  CHECK_FALSE(is_receipt(m));
}

TEST_CASE("a receipt in message_payload; parameters of the wrong length say nothing") {
  static constexpr std::uint8_t tlvs[] = {0x04, 0x24, 0, 7, 'e',  'r',  'r', ':', '0', '8', '2',
                                          0x04, 0x27, 0, 0, 0x04, 0x23, 0,   2,   1,   1};
  message m = receipt_of("");
  m.optional_parameters = tlvs;
  const receipt r = read_receipt(m);
  CHECK(r.err == "082");
  CHECK_FALSE(r.state);
  CHECK_FALSE(r.network_error_code);
}

TEST_CASE("codes are the same with and without leading zeros") {
  CHECK(same_error("082", "82"));
  CHECK(same_error("0a1", "0A1"));
  CHECK_FALSE(same_error("0A1", "A1"));
  CHECK(same_error("000", "0"));
  CHECK_FALSE(same_error("82", "820"));
  CHECK_FALSE(same_error("", "0"));
}
