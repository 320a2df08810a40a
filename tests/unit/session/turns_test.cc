// What people write takes turns with the other sessions: a session with much of it says when others are to be heard.
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;

namespace {

constexpr std::uint32_t a_turn = session::texts_a_turn;

smpp::buffer texts(std::uint32_t count, std::string_view words) {
  smpp::buffer all;
  for (std::uint32_t i = 0; i < count; ++i) {
    const smpp::buffer one = pdus::deliver_sm(1000 + i, words, std::to_string(33612000000 + i));
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

// Offers what is left once; how many PDUs were taken.
std::size_t offer(conversation& talk, smpp::buffer& left) {
  const std::size_t one = smpp::read_header(left).command_length;
  const std::size_t taken = talk.session.received(leg::smsc, left, talk.now());
  left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken / one;
}

}  // namespace

TEST_CASE("after so many texts others are to be heard, and the rest comes in order") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  smpp::buffer left = texts(2 * a_turn + 3, "STOP");
  CHECK(offer(talk, left) == a_turn);
  CHECK(talk.session.yields());
  CHECK(offer(talk, left) == a_turn);
  CHECK(talk.session.yields());
  CHECK(offer(talk, left) == 3);
  CHECK_FALSE(talk.session.yields());
  CHECK(left.empty());
  const auto delivered = talk.to_esme();
  REQUIRE(delivered.size() == 2 * a_turn + 3);
  REQUIRE(talk.host.recorded.size() == delivered.size());
  std::uint64_t next = 33612000000;
  for (const store::event& e : talk.host.recorded)
    CHECK(e.who.digits == next++);
}

TEST_CASE("exactly a turn's texts leave nothing to wait for") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  smpp::buffer left = texts(a_turn, "see you at eight");
  CHECK(offer(talk, left) == a_turn);
  CHECK_FALSE(talk.session.yields());
}

TEST_CASE("a text that is cut waits for its rest, not for a turn") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  smpp::buffer left = texts(a_turn + 1, "STOP");
  left.resize(left.size() - 5);
  CHECK(offer(talk, left) == a_turn);
  CHECK(talk.session.yields());
  CHECK(offer(talk, left) == 0);
  CHECK_FALSE(talk.session.yields());
}

TEST_CASE("receipts and answers take no turns") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  smpp::buffer left;
  for (std::uint32_t i = 0; i < 5 * a_turn; ++i) {
    pdus::sm receipt;
    receipt.source = "33612345678";
    receipt.esm_class = 0x04;
    receipt.text = "id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:";
    const smpp::buffer one = pdus::short_message(command_id::deliver_sm, 1 + i, receipt);
    left.insert(left.end(), one.begin(), one.end());
  }
  CHECK(offer(talk, left) == 5 * a_turn);
  CHECK_FALSE(talk.session.yields());
}

TEST_CASE("a session that ends with texts waiting has no more turns") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  smpp::buffer left = texts(2 * a_turn, "STOP");
  offer(talk, left);
  REQUIRE(talk.session.yields());
  talk.session.closed(leg::esme, talk.now());
  offer(talk, left);
  CHECK_FALSE(talk.session.yields());
}
