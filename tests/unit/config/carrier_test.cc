#include "tests/unit/config/loading.h"

using namespace proxy;
using testing::errors_after_upstreams;
using lines = std::vector<std::string>;

TEST_CASE("what tells of a blocked number is nothing by default") {
  const config c = testing::valid_after_upstreams("");
  CHECK(c.carrier.empty());
  CHECK_FALSE(hears_carriers(c));
}

TEST_CASE("an upstream has its own codes, or those of all") {
  const config c = testing::valid(
      "upstreams:\n"
      "  - {address: \"a.example:2775\", carrier: {receipt_err: [\"30004\"]}}\n"
      "  - {address: \"b.example:2775\"}\n"
      "  - {address: \"c.example:2775\", carrier: {}}\n"
      "opt_out: {carrier: {command_status: [0x403, ESME_RINVDSTADR], receipt_err: [\"082\"], message_state: "
      "[REJECTED]}}\n");
  CHECK(hears_carriers(c));
  CHECK(carrier_of(c, {"a.example", 2775}).receipt_err == lines{"30004"});
  CHECK(carrier_of(c, {"a.example", 2775}).command_status.empty());
  const carrier_blocks& all = carrier_of(c, {"b.example", 2775});
  CHECK(all.command_status == std::vector{smpp::command_status{0x403}, smpp::command_status::ESME_RINVDSTADR});
  CHECK(all.receipt_err == lines{"082"});
  CHECK(all.message_state == std::vector{smpp::message_state::REJECTED});
  CHECK(carrier_of(c, {"c.example", 2775}).empty());
  CHECK(carrier_of(c, {"gone.example", 2775}) == all);
}

TEST_CASE("codes that say nothing about a number are refused") {
  CHECK(
      errors_after_upstreams("opt_out: {carrier: {command_status: [0x58, 0, x], receipt_err: [\"000\"]}}\n") ==
      lines{
          "2:38: `opt_out.carrier.command_status[0]` is `0x58`, which says nothing about the number; name what the "
          "SMSC answers for a blocked one",
          "2:44: `opt_out.carrier.command_status[1]` is `0`, which says nothing about the number; name what the SMSC "
          "answers for a blocked one",
          "2:47: `opt_out.carrier.command_status[2]` is `x`; it must be a command_status, such as 0x45 or "
          "ESME_RSUBMITFAIL",
          "2:65: `opt_out.carrier.receipt_err[0]` is `000`, which receipts have when there was no error; name the code "
          "for a blocked number"});
  CHECK(
      errors_after_upstreams("opt_out: {carrier: {message_state: [DELIVERED], command_status: 1}}\n") ==
      lines{
          "2:37: `opt_out.carrier.message_state[0]` is `DELIVERED`; it must be one of REJECTED, UNDELIVERABLE, DELETED",
          "2:65: `opt_out.carrier.command_status` is `1`; it must be a list, such as [0x403]"});
  CHECK(errors_after_upstreams("opt_out: {carrier: {receipt: []}}\n") ==
        lines{"2:21: unknown key `receipt` in `opt_out.carrier`; known are `command_status`, `message_state`, "
              "`receipt_err`"});
}
