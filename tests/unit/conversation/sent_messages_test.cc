#include "proxy/conversation/sent_messages.h"

#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace proxy;
using namespace testing;
using std::chrono::hours;

namespace {

const sent_messages::time_point noon{};
constexpr store::number alice{33612345678}, bob{33687654321};

std::string id_in(const std::string& text, const std::string& optional_parameters = "", unsigned esm_class = 4) {
  pdus::sm m;
  m.text = text;
  m.optional_parameters = optional_parameters;
  m.esm_class = esm_class;
  const smpp::buffer pdu = pdus::short_message(smpp::command_id::deliver_sm, 1, m);
  smpp::message decoded;
  CHECK(smpp::decode_deliver_sm(pdu, decoded) == smpp::command_status::ESME_ROK);
  return std::string(receipted_id(decoded));
}

}  // namespace

TEST_CASE("one message_id in its spellings") {
  CHECK(same_message_id("m1", "m1"));
  CHECK(same_message_id("ABCDEF", "abcdef"));
  CHECK(same_message_id("0042", "42"));
  CHECK(same_message_id("1f", "31"));
  CHECK(same_message_id("31", "1F"));
  CHECK(same_message_id("0000001F", "0000000031"));
  CHECK(same_message_id("7FFFFFFFFFFFFFFF", "9223372036854775807"));
  CHECK_FALSE(same_message_id("m1", "m2"));
  CHECK_FALSE(same_message_id("1f", "1e"));
  CHECK_FALSE(same_message_id("", ""));
  CHECK_FALSE(same_message_id("12", "13"));
  CHECK_FALSE(same_message_id("12345678901234567890123", "12345678901234567890124"));
}

TEST_CASE("the id in a receipt") {
  CHECK(id_in("id:12ab sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 Text: Bye") ==
        "12ab");
  CHECK(id_in("ID:7") == "7");
  CHECK(id_in("sub:001 id:8") == "8");
  CHECK(id_in("id:9 sub:001", "", 0) == "9");
  CHECK(id_in("my id:10", "", 0).empty());
  CHECK(id_in("no such thing").empty());
  CHECK(id_in("").empty());
  CHECK(id_in("id:wrong", std::string("\0\x1E\0\4abc\0", 8)) == "abc");
}

TEST_CASE("what was sent to whom, for three days and in bounds") {
  sent_messages sent(3);
  CHECK(sent.empty());
  sent.add(alice, "", noon);
  CHECK(sent.empty());
  sent.add(alice, "1f", noon);
  CHECK_FALSE(sent.empty());
  CHECK(sent.contains(alice, "31"));
  CHECK(sent.contains(alice, "1F"));
  CHECK_FALSE(sent.contains(alice, "32"));
  CHECK_FALSE(sent.contains(bob, "31"));
  sent.add(alice, "a", noon + hours(1));
  sent.add(bob, "b", noon + hours(2));
  sent.add(bob, "c", noon + hours(3));
  CHECK_FALSE(sent.contains(alice, "31"));
  CHECK(sent.contains(alice, "a"));
  sent.forget_old(noon + hours(74));
  CHECK_FALSE(sent.contains(bob, "b"));
  CHECK(sent.contains(bob, "c"));
  sent.forget_old(noon + hours(75));
  CHECK(sent.empty());
}
