// Who may bind: attempts, passwords.
#include "smpp/bind.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace std::chrono_literals;
using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;

namespace {

constexpr command_status ESME_RINVPASWD{0x0E};

config with_credentials() {
  config c = make_config();
  credential shop;
  shop.hash.salt = {1};
  shop.upstream_system_id = "agg7";
  shop.upstream_password = "theirs";
  c.credentials.by_system_id.emplace("shop1", shop);
  c.credentials.stand_in.salt = {2};
  return c;
}

command_status answered(conversation& talk) {
  const auto pdus = talk.to_esme();
  REQUIRE(pdus.size() == 1);
  return smpp::read_header(pdus[0]).command_status;
}

smpp::bind decoded(const smpp::buffer& pdu) {
  smpp::bind b;
  REQUIRE(smpp::decode(pdu, b) == command_status::ESME_ROK);
  return b;
}

}  // namespace

TEST_CASE("attempts to bind are limited by address, whatever becomes of them") {
  config c = make_config();
  c.limits.max_bind_attempts_per_minute = 2;
  shared_parts parts(c);
  conversation first(parts, SIZE_MAX, "192.0.2.7:1000"), second(parts, SIZE_MAX, "192.0.2.7:2000");
  conversation other(parts, SIZE_MAX, "192.0.2.8:1000"), unknown(parts, SIZE_MAX, "test");
  for (conversation* talk : {&first, &second, &other, &unknown}) {
    talk->esme(pdus::bind(command_id::bind_transmitter, 1, "shop1"));
    CHECK(talk->upstreams_wanted == 1);
  }
  second.session.upstream_failed(second.now());
  CHECK(answered(second) == command_status::ESME_RBINDFAIL);
  CHECK_FALSE(second.session.ended());
  second.esme(pdus::bind(command_id::bind_transmitter, 2, "shop1"));
  CHECK(answered(second) == command_status::ESME_RBINDFAIL);
  CHECK(second.session.ended());  // the next one costs a connection
  CHECK(second.session.ended_because() == "too many attempts to bind");
  CHECK(parts.metrics.text().find("consentgate_limits_total{limit=\"bind_attempts\"} 1") != std::string::npos);
}

TEST_CASE("a bind waits until its password has been looked at, and goes on as the aggregator's") {
  shared_parts parts(with_credentials());
  conversation talk(parts);
  for (const command_id kind : {command_id::bind_receiver, command_id::bind_transmitter}) {
    talk.esme(pdus::bind(kind, 5, "shop1") + pdus::header(command_id::enquire_link, 6));
    CHECK(talk.upstreams_wanted == 0);
    CHECK(talk.receptions_wanted == 0);
    CHECK(talk.to_esme().empty());
    const auto question = talk.session.wants_password_check();
    REQUIRE(question);
    CHECK(question->system_id == "shop1");
    CHECK(question->password == "secret");
    CHECK(question->against.salt == std::vector<std::uint8_t>{1});
    CHECK_FALSE(talk.session.wants_password_check());
    talk.session.password_checked(false, talk.now());
    CHECK(answered(talk) == ESME_RINVPASWD);
    talk.turn();
    CHECK(answered(talk) == command_status::ESME_ROK);  // enquire_link, once it is unbound again
  }
  talk.esme(pdus::bind(command_id::bind_transceiver, 7, "shop1"));
  REQUIRE(talk.session.wants_password_check());
  talk.session.password_checked(true, talk.now());
  talk.turn();
  CHECK(talk.receptions_wanted == 1);
  CHECK(talk.upstreams_wanted == 1);
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  const smpp::bind bind = decoded(forwarded[0]);
  CHECK(bind.system_id == "agg7");
  CHECK(bind.password == "theirs");
  CHECK(bind.interface_version == 0x34);
  CHECK(smpp::read_header(forwarded[0]).command_length == forwarded[0].size());
  const std::uint32_t number = smpp::read_header(forwarded[0]).sequence_number;
  // An SMSC that says who has bound does not tell the sender.
  talk.smsc(pdus::with_text(command_id::bind_transceiver_resp, command_status::ESME_ROK, number, "agg7"));
  CHECK(talk.to_esme().at(0) ==
        pdus::with_text(command_id::bind_transceiver_resp, command_status::ESME_ROK, 7, "shop1"));
  CHECK(talk.session.system_id() == "shop1");
  CHECK(talk.session.bound());
}

TEST_CASE("the SMSC's own name crosses") {
  shared_parts parts(with_credentials());
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transmitter, 7, "shop1"));
  REQUIRE(talk.session.wants_password_check());
  talk.session.password_checked(true, talk.now());
  talk.turn();
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  const std::uint32_t number = smpp::read_header(talk.to_smsc().at(0)).sequence_number;
  talk.smsc(pdus::with_text(command_id::bind_transmitter_resp, command_status::ESME_ROK, number, "SMSC"));
  CHECK(talk.to_esme().at(0) ==
        pdus::with_text(command_id::bind_transmitter_resp, command_status::ESME_ROK, 7, "SMSC"));
}

TEST_CASE("a system_id that nobody has is compared with something all the same, and told the same") {
  shared_parts parts(with_credentials());
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transceiver, 7, "bank1"));
  const auto question = talk.session.wants_password_check();
  REQUIRE(question);
  CHECK(question->against.salt == std::vector<std::uint8_t>{2});
  talk.session.password_checked(true, talk.now());  // not even then
  CHECK(answered(talk) == ESME_RINVPASWD);
  CHECK(talk.upstreams_wanted == 0);
}

TEST_CASE("a place among max_binds is for who has shown a password") {
  config c = with_credentials();
  c.senders[0].max_binds = 1;
  shared_parts parts(c);
  conversation guess(parts), real(parts), late(parts);
  guess.esme(pdus::bind(command_id::bind_transmitter, 1, "shop1"));
  real.esme(pdus::bind(command_id::bind_transmitter, 1, "shop1"));
  late.esme(pdus::bind(command_id::bind_transmitter, 1, "shop1"));
  real.session.password_checked(true, real.now());
  real.turn();
  CHECK(real.upstreams_wanted == 1);
  guess.session.password_checked(false, guess.now());
  CHECK(answered(guess) == ESME_RINVPASWD);
  late.session.password_checked(true, late.now());
  CHECK(answered(late) == command_status::ESME_RBINDFAIL);
}

TEST_CASE("a password that is looked at for too long, or in vain") {
  shared_parts parts(with_credentials());
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transceiver, 7, "shop1"));
  talk.pass(31s);
  CHECK(answered(talk) == command_status::ESME_RBINDFAIL);
  CHECK(talk.session.ended());
  talk.session.password_checked(true, talk.now());
  CHECK(talk.upstreams_wanted == 0);

  conversation gone(parts);
  gone.esme(pdus::bind(command_id::bind_transceiver, 7, "shop1"));
  gone.session.closed(leg::esme, gone.now());
  gone.session.password_checked(true, gone.now());
  CHECK(gone.upstreams_wanted == 0);
}

TEST_CASE("a credential that was taken away meanwhile does not bind") {
  shared_parts parts(with_credentials());
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transceiver, 7, "shop1"));
  config without = with_credentials();
  without.credentials.by_system_id.clear();
  talk.session.use(
      std::make_shared<const policy>(std::make_shared<const config>(without), *parts.store, parts.metrics, parts.log));
  talk.session.password_checked(true, talk.now());
  CHECK(answered(talk) == ESME_RINVPASWD);
}
