#include "proxy/capture/masking.h"

#include "proxy/capture/parts.h"
#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace testing;
using smpp::command_id;

namespace {

std::string text_of(const smpp::buffer& pdu) {
  return {pdu.begin(), pdu.end()};
}

bool tells(const smpp::buffer& pdu, std::string_view what) {
  return text_of(pdu).find(what) != std::string::npos;
}

smpp::buffer closed(smpp::buffer pdu) {
  pdus::close(pdu);
  return pdu;
}

// message_payload
std::string payload(std::string_view text) {
  return std::string("\x04\x24\0", 3) + static_cast<char>(text.size()) + std::string(text);
}

}  // namespace

TEST_CASE("numbers, texts and passwords are masked, and nothing else changes") {
  struct row {
    smpp::buffer pdu;
    std::vector<std::string> hidden, shown;
  };
  const std::string number = "33612345678";
  const std::vector<row> rows{
      {pdus::submit_sm(7), {number, "hello"}, {"33612****78", "36111", "*****"}},
      {pdus::submit_sm(7, {.source = "DSE", .source_ton = 5}), {number, "hello"}, {"DSE"}},
      {pdus::submit_sm(7, {.text = "", .optional_parameters = payload("secret words")}), {"secret", "words"}, {}},
      {pdus::submit_sm(7, {.optional_parameters = std::string("\x03\x81\0\x08+3361234", 12)}), {"+3361234"}, {}},
      {pdus::submit_sm(7, {.optional_parameters = std::string("\x02\x0c\0\x02\x41\x42", 6)}), {}, {"\x41\x42"}},
      {pdus::submit_sm(7, {.text = std::string("\x05\0\x03ZYX", 6) + "hello", .esm_class = 0x40}), {"hello"}, {"ZYX"}},
      {pdus::submit_sm(7, {.text = "\x7f"
                                   "hello",
                           .esm_class = 0x40}),
       {},
       {}},
      {pdus::deliver_sm(7, "STOP"), {number, "STOP"}, {}},
      {pdus::data_sm(7, "36111", number), {number}, {"36111"}},
      {pdus::submit_multi(7, {number, "33687654321", "=friends"}),
       {number, "33687654321", "hi"},
       {"33687****21", "friends"}},
      {pdus::bind(command_id::bind_transceiver, 7, "shop1"), {"secret"}, {"shop1"}},
      {pdus::with_text(command_id::submit_sm_resp, {}, 7, "0123456789"), {}, {"0123456789"}},
      {pdus::with_text(command_id{0x1234}, {}, 7, number), {number}, {}},  // no PDU that it knows
  };
  for (const row& r : rows) {
    const smpp::buffer m = proxy::masked(r.pdu);
    REQUIRE(m.size() == r.pdu.size());
    CHECK(std::equal(m.begin(), m.begin() + smpp::header_length, r.pdu.begin()));
    for (const auto& h : r.hidden) {
      CAPTURE(h);
      CHECK(tells(r.pdu, h));
      CHECK_FALSE(tells(m, h));
    }
    for (const auto& s : r.shown) {
      CAPTURE(s);
      CHECK(tells(m, s));
    }
  }
}

TEST_CASE("of a receipt only the text it quotes is masked") {
  const std::string receipt =
      "id:8 sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:DELIVRD err:000 ";
  smpp::buffer pdu =
      pdus::short_message(command_id::deliver_sm, 7, {.text = receipt + "Text:your code", .esm_class = 0x04});
  const smpp::buffer m = proxy::masked(pdu);
  CHECK(tells(m, receipt + "Text:*********"));
  pdu = pdus::short_message(command_id::deliver_sm, 7, {.text = "your code came", .esm_class = 0x04});
  CHECK_FALSE(tells(proxy::masked(pdu), "your"));
}

TEST_CASE("a PDU cut anywhere shows no more than a whole one") {
  const std::string number = "33612345678";
  const smpp::buffer whole = pdus::submit_sm(7, {.optional_parameters = payload("secret words")});
  for (std::size_t length = smpp::header_length; length < whole.size(); ++length) {
    const smpp::buffer m = proxy::masked(closed({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}));
    REQUIRE(m.size() == length);
    CHECK_FALSE(tells(m, number));
    CHECK_FALSE(tells(m, "hell"));
    CHECK_FALSE(tells(m, "secr"));
  }
  smpp::buffer bind = pdus::bind(command_id::bind_receiver, 7, "shop1");
  for (std::size_t length = smpp::header_length; length < bind.size(); ++length) {
    const smpp::buffer cut = closed({bind.begin(), bind.begin() + static_cast<std::ptrdiff_t>(length)});
    CHECK_FALSE(tells(proxy::without_passwords(cut), "secr"));
  }
}

TEST_CASE("without passwords the rest stays as it was") {
  const smpp::buffer submit = pdus::submit_sm(7);
  CHECK(proxy::without_passwords(submit) == submit);
  const smpp::buffer bind = proxy::without_passwords(pdus::bind(command_id::bind_transceiver, 7, "shop1"));
  CHECK_FALSE(tells(bind, "secret"));
  CHECK(tells(bind, "shop1"));
  smpp::buffer outbind = pdus::header(command_id::outbind, 7);
  pdus::text(outbind, "smsc");
  pdus::text(outbind, "secret");
  CHECK_FALSE(tells(proxy::without_passwords(closed(outbind)), "secret"));
}
