// What was kept for a sender, on its way to it.
#include "proxy/session/kept_delivery.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using namespace std::chrono_literals;
using smpp::command_id;
using smpp::command_status;
using positions = std::vector<std::uint64_t>;

namespace {

std::string as_text(const smpp::buffer& pdu) {
  return {pdu.begin(), pdu.end()};
}

store::held_batch held(std::uint64_t first, std::uint64_t last) {
  store::held_batch b;
  for (std::uint64_t i = first; i <= last; ++i)
    b.items.push_back({i, as_text(pdus::deliver_sm(99, "kept " + std::to_string(i)))});
  return b;
}

smpp::message decoded(const smpp::buffer& pdu) {
  smpp::message m;
  REQUIRE(smpp::decode_deliver_sm(pdu, m) == command_status::ESME_ROK);
  return m;
}

std::vector<std::string> texts(const std::vector<smpp::buffer>& pdus) {
  std::vector<std::string> all;
  for (const smpp::buffer& pdu : pdus) {
    const smpp::message m = decoded(pdu);
    all.emplace_back(m.short_message.begin(), m.short_message.end());
  }
  return all;
}

using lines = std::vector<std::string>;

// A session for which something is kept.
struct delivering {
  shared_parts parts;
  conversation talk{parts};

  explicit delivering(command_id kind = command_id::bind_transceiver) {
    talk.host.keeps = true;
    talk.bind("shop1", kind);
  }
  std::vector<smpp::buffer> fetched(store::held_batch b) {
    talk.session.kept(std::move(b), talk.now());
    return talk.to_esme();
  }
  void answer(const smpp::buffer& pdu, command_status status = command_status::ESME_ROK) {
    talk.esme(pdus::with_text(command_id::deliver_sm_resp, status, smpp::read_header(pdu).sequence_number, ""));
  }
};

}  // namespace

TEST_CASE("what is kept is delivered in order, ten at a time, and its answers stay in the gate") {
  delivering d(GENERATE(command_id::bind_transceiver, command_id::bind_receiver));
  CHECK(d.talk.host.fetches == positions{0});
  auto sent = d.fetched(held(1, 12));
  REQUIRE(sent.size() == 10);
  CHECK(texts(sent).front() == "kept 1");
  CHECK(texts(sent).back() == "kept 10");
  CHECK(d.talk.host.fetches == positions{0, 12});
  d.answer(sent[1]);
  CHECK(d.talk.host.delivered == positions{2});
  CHECK(texts(d.talk.to_esme()) == lines{"kept 11"});
  CHECK(d.fetched(held(13, 12)).empty());  // no more
  d.answer(sent[0]);
  CHECK(texts(d.talk.to_esme()) == lines{"kept 12"});
  CHECK(d.talk.to_smsc().empty());
}

TEST_CASE("who transmits, and who has nothing kept, is asked nothing") {
  shared_parts parts;
  conversation tx(parts), rx(parts);
  tx.host.keeps = true;
  tx.bind("shop1", command_id::bind_transmitter);
  tx.pass(10s);
  CHECK(tx.host.fetches.empty());
  rx.bind("shop1", command_id::bind_receiver);
  rx.smsc(pdus::deliver_sm(3, "newer"));
  CHECK(rx.to_esme().size() == 1);
  CHECK(rx.host.fetches.empty());
  rx.host.keeps = true;  // another session that delivered it has gone
  rx.pass(1s);
  CHECK(rx.host.fetches == positions{0});
}

TEST_CASE("newer messages come after those that were kept") {
  delivering d;
  d.talk.smsc(pdus::deliver_sm(3, "newer"));
  d.talk.smsc(pdus::deliver_sm(4, "STOP"));
  d.talk.smsc(pdus::header(command_id::enquire_link, 5));
  CHECK(d.talk.host.recorded.size() == 1);  // blocked at once
  auto early = d.talk.to_esme();
  REQUIRE(early.size() == 1);
  CHECK(smpp::read_header(early[0]).command_id == command_id::enquire_link);
  auto sent = d.fetched(held(1, 3));
  CHECK(texts(sent) == lines{"kept 1", "kept 2", "kept 3"});
  sent = d.fetched({});
  CHECK(texts(sent) == lines{"newer", "STOP"});
  // Their answers cross as ever.
  d.answer(sent[0], command_status::ESME_RX_T_APPN);
  const auto crossed = d.talk.to_smsc();
  REQUIRE(crossed.size() == 1);
  CHECK(smpp::read_header(crossed[0]).sequence_number == 3);
  d.talk.smsc(pdus::deliver_sm(6, "newest"));
  CHECK(texts(d.talk.to_esme()) == lines{"newest"});
}

TEST_CASE("newer messages wait two seconds at most") {
  delivering d;
  CHECK(d.fetched(held(1, 20)).size() == 10);
  d.talk.smsc(pdus::deliver_sm(3, "newer"));
  d.talk.pass(1900ms);
  CHECK(d.talk.to_esme().empty());
  d.talk.pass(200ms);
  CHECK(texts(d.talk.to_esme()) == lines{"newer"});
  d.talk.smsc(pdus::deliver_sm(4, "newest"));
  CHECK(texts(d.talk.to_esme()) == lines{"newest"});
}

TEST_CASE("newer messages wait in a mebibyte at most") {
  delivering d;
  pdus::sm m;
  m.text = std::string(250, 'x');
  for (std::uint32_t i = 1; i < 3400; ++i)
    d.talk.smsc(pdus::short_message(command_id::deliver_sm, i, m));
  CHECK(d.talk.to_esme().empty());
  for (std::uint32_t i = 3400; i < 4400; ++i)
    d.talk.smsc(pdus::short_message(command_id::deliver_sm, i, m));
  CHECK(d.talk.to_esme().size() > 3400);
}

TEST_CASE("what the sender refuses, or does not answer, stays and comes again") {
  delivering d;
  auto sent = d.fetched(held(1, 3));
  d.fetched({});
  d.answer(sent[0], command_status::ESME_RX_T_APPN);
  d.talk.esme(pdus::header(command_id::generic_nack, smpp::read_header(sent[1]).sequence_number));
  d.answer(sent[2]);
  CHECK(d.talk.host.refused == positions{1, 2});
  CHECK(d.talk.host.delivered == positions{3});
  d.talk.pass(9s);
  CHECK(d.talk.host.fetches == positions{0, 3});
  d.talk.pass(2s);
  CHECK(d.talk.host.fetches == positions{0, 3, 0});
  d.talk.smsc(pdus::deliver_sm(3, "newer"));  // does not wait for what comes again
  CHECK(texts(d.talk.to_esme()) == lines{"newer"});
  CHECK(texts(d.fetched(held(1, 2))) == lines{"kept 1", "kept 2"});
  d.fetched({});
  d.talk.pass(11min);  // no answer
  CHECK(d.talk.host.refused == positions{1, 2, 1, 2});
}

TEST_CASE("a store that cannot be read is asked again later") {
  delivering d;
  d.talk.session.kept(store::failure{"broken"}, d.talk.now());
  d.talk.smsc(pdus::deliver_sm(3, "newer"));
  CHECK(texts(d.talk.to_esme()) == lines{"newer"});
  d.talk.pass(11s);
  CHECK(d.talk.host.fetches == positions{0, 0});
}

TEST_CASE("nothing more is delivered to who parts, and what waits for it goes to him") {
  delivering d;
  auto sent = d.fetched(held(1, 20));
  d.talk.smsc(pdus::deliver_sm(3, "newer"));
  SECTION("the sender unbinds") {
    d.talk.esme(pdus::header(command_id::unbind, 9));
    CHECK(texts(d.talk.to_esme()) == lines{"newer"});
    d.talk.to_smsc();
  }
  SECTION("the SMSC unbinds") {
    d.talk.smsc(pdus::header(command_id::unbind, 9));
    const auto last = d.talk.to_esme();
    REQUIRE(last.size() == 2);
    CHECK(decoded(last[0]).short_message.size() == 5);
    CHECK(smpp::read_header(last[1]).command_id == command_id::unbind);
  }
  SECTION("the gate stops") {
    d.talk.session.drain(d.talk.now());
    CHECK(texts(d.talk.to_esme()) == lines{"newer"});
  }
  d.answer(sent[0]);
  CHECK(d.talk.to_esme().empty());
  CHECK(d.talk.host.delivered == positions{1});
}

TEST_CASE("a stopping gate unbinds once what was delivered has been answered") {
  delivering d;
  auto sent = d.fetched(held(1, 2));
  d.talk.session.drain(d.talk.now());
  CHECK(d.talk.to_smsc().empty());
  d.answer(sent[0]);
  CHECK(d.talk.to_smsc().empty());
  d.answer(sent[1]);
  const auto unbind = d.talk.to_smsc();
  REQUIRE(unbind.size() == 1);
  CHECK(smpp::read_header(unbind[0]).command_id == command_id::unbind);
}

TEST_CASE("a bind that will receive goes upstream once the listener has gone, or after five seconds") {
  shared_parts parts;
  conversation talk(parts);
  talk.reception_is_free = false;
  talk.esme(pdus::bind(command_id::bind_receiver, 1, "shop1"));
  CHECK(talk.receptions_wanted == 1);
  CHECK(talk.upstreams_wanted == 0);
  CHECK(talk.session.receives());
  SECTION("gone") {
    talk.session.reception_free(talk.now());
  }
  SECTION("late") {
    talk.pass(4900ms);
    CHECK(talk.upstreams_wanted == 0);
    talk.pass(100ms);
  }
  talk.turn();
  CHECK(talk.upstreams_wanted == 1);
  talk.session.reception_free(talk.now());  // once is enough
  talk.turn();
  CHECK(talk.upstreams_wanted == 1);
}

TEST_CASE("an SMSC that hangs up after a refusal, while the next bind waits for the listener") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_receiver, 1, "shop1"));
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  const auto bind = talk.to_smsc();
  talk.smsc(pdus::header(command_id::bind_receiver_resp, smpp::read_header(bind.at(0)).sequence_number,
                         command_status::ESME_RALYBND));
  CHECK_FALSE(talk.session.receives());
  talk.to_esme();
  talk.reception_is_free = false;
  talk.esme(pdus::bind(command_id::bind_transceiver, 2, "shop1"));
  CHECK(talk.session.receives());
  SECTION("it has hung up") {
    talk.session.closed(leg::smsc, talk.now());
    CHECK_FALSE(talk.session.ended());
    talk.session.reception_free(talk.now());
    talk.turn();
    CHECK(talk.upstreams_wanted == 2);
  }
  SECTION("it has not") {
    talk.session.reception_free(talk.now());
    CHECK(talk.to_smsc().size() == 1);
    CHECK(talk.upstreams_wanted == 1);
  }
}
