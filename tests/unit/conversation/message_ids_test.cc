#include "proxy/conversation/message_ids.h"

#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace proxy;
using namespace testing;

namespace {

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
  CHECK(same_id("m1", "m1"));
  CHECK(same_id("ABCDEF", "abcdef"));
  CHECK(same_id("0042", "42"));
  CHECK_FALSE(same_id("m1", "m2"));
  CHECK_FALSE(same_id("", ""));
  CHECK_FALSE(same_id("1f", "31"));
  CHECK(same_id_in_another_base("1f", "31"));
  CHECK(same_id_in_another_base("31", "1F"));
  CHECK(same_id_in_another_base("0000001F", "0000000031"));
  CHECK(same_id_in_another_base("7FFFFFFFFFFFFFFF", "9223372036854775807"));
  CHECK_FALSE(same_id_in_another_base("1f", "1e"));
  CHECK_FALSE(same_id_in_another_base("", ""));
  CHECK_FALSE(same_id_in_another_base("12", "13"));
  CHECK_FALSE(same_id_in_another_base("12345678901234567890123", "12345678901234567890124"));
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

TEST_CASE("how an upstream writes ids is learnt from one that tells") {
  id_spelling alike;
  CHECK(alike.may_change_base());
  alike.receipted(alice, "10");  // nothing was given
  alike.given(alice, "7");
  alike.receipted(alice, "7");  // the same in both bases
  alike.given(alice, "10");
  alike.receipted(bob, "10");
  alike.receipted(alice, "11");
  CHECK_FALSE(alike.is_known());
  alike.receipted(alice, "0010");
  CHECK(alike.is_known());
  CHECK_FALSE(alike.may_change_base());

  id_spelling names;
  names.given(alice, "m1");
  names.receipted(alice, "m1");
  CHECK_FALSE(names.may_change_base());

  for (const auto& [given, receipted] : {std::pair{"1F", "31"}, std::pair{"31", "1F"}}) {
    id_spelling other;
    other.given(alice, given);
    other.receipted(alice, receipted);
    CHECK(other.is_known());
    CHECK(other.may_change_base());
    other.given(alice, "10");
    other.receipted(alice, "10");  // once is enough
    CHECK(other.may_change_base());
  }
}
