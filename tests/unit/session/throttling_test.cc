// Senders with a rate.
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace std::chrono_literals;
using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;

namespace {

constexpr std::uint64_t alice = 33612345678;

config limited(std::uint32_t rate, over_rate_kind over = over_rate_kind::refuse) {
  config c = make_config();
  for (sender_config& s : c.senders) {
    s.max_submits_per_second = rate;
    s.over_rate = over;
  }
  c.journal_retention = default_journal_retention;
  return c;
}

pdus::sm to(const std::string& destination, const std::string& source = "36111") {
  pdus::sm m;
  m.destination = destination;
  m.source = source;
  return m;
}

// Consent of alice, and a bind.
struct talking : shared_parts, conversation {
  explicit talking(config c, const std::string& system_id = "shop1")
      : shared_parts(std::move(c)), conversation(static_cast<shared_parts&>(*this)) {
    consent(alice, "shop");
    bind(system_id);
  }
  using shared_parts::metrics;

  // "sequence_number status" of what the sender is answered.
  std::vector<std::string> answers() {
    std::vector<std::string> all;
    for (const auto& pdu : to_esme()) {
      const smpp::header h = smpp::read_header(pdu);
      all.push_back(std::to_string(h.sequence_number) + " " + std::to_string(static_cast<unsigned>(h.command_status)));
    }
    return all;
  }
  std::size_t forwarded() { return to_smsc().size(); }
};

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what comes too fast is refused with ESME_RTHROTTLED") {
  talking talk(limited(2));
  talk.esme(pdus::submit_sm(2) + pdus::data_sm(3, "36111", "33612345678") + pdus::submit_sm(4));
  CHECK(talk.forwarded() == 2);
  CHECK(talk.answers() == lines{"4 88"});
  CHECK(talk.metrics.text().find(
            "consentgate_submits_total{reason=\"throttled\",sender=\"shop\",verdict=\"refused\"} 1") !=
        std::string::npos);
  talk.pass(500ms);
  talk.esme(pdus::submit_sm(5) + pdus::submit_sm(6));
  CHECK(talk.forwarded() == 1);
  CHECK(talk.answers() == lines{"6 88"});
  CHECK(talk.host.journalled.size() == 2);
}

TEST_CASE("throttled is the last of the reasons: what is refused for another takes no token") {
  config c = limited(1);
  c.senders[0].rules.frequency_cap = rule_mode::enforce;
  c.senders[0].rules.cap = {1, 24h};
  talking talk(c);
  for (std::uint32_t n = 2; n < 20; ++n)
    talk.esme(pdus::submit_sm(n, to("33600000001")) + pdus::submit_sm(n, to("12")) +
              pdus::submit_sm(n, to("33612345678", "36222")));
  for (const auto& line : talk.answers())
    CHECK(line.ends_with(" 69"));
  talk.esme(pdus::submit_sm(30));
  CHECK(talk.forwarded() == 1);
  talk.esme(pdus::submit_sm(31) + pdus::submit_sm(32, to("33600000001")));
  CHECK(talk.answers() == lines{"31 69", "32 69"});  // the cap and the missing consent come before the rate
}

TEST_CASE("what was throttled does not count towards a cap") {
  config c = limited(1);
  c.senders[0].rules.frequency_cap = rule_mode::enforce;
  c.senders[0].rules.cap = {1, 24h};
  talking talk(c);
  talk.consent(alice + 1, "shop");
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3, to("33612345679")));
  CHECK(talk.answers() == lines{"3 88"});
  talk.pass(1s);
  talk.to_smsc();
  talk.esme(pdus::submit_sm(4, to("33612345679")));
  CHECK(talk.forwarded() == 1);
}

TEST_CASE("the rate counts for all binds, for exempt senders and in observe mode") {
  config c = limited(2);
  c.senders[0].mode = policy_mode::observe;
  talking talk(c);
  shared_parts& parts = talk;
  conversation second(parts), bank(parts);
  second.bind("shop1");
  bank.bind("bank1");
  talk.esme(pdus::submit_sm(2, to("33600000001")));
  second.esme(pdus::submit_sm(2));
  talk.esme(pdus::submit_sm(3));
  second.esme(pdus::submit_sm(3, to("33600000001")));
  CHECK(talk.answers() == lines{"3 88"});
  CHECK(smpp::read_header(second.to_esme().at(0)).command_status == command_status::ESME_RTHROTTLED);
  bank.esme(pdus::submit_sm(2, to("33600000001", "36222")) + pdus::submit_sm(3, to("33600000001", "36222")) +
            pdus::submit_sm(4, to("33600000001", "36222")));
  CHECK(bank.to_smsc().size() == 2);
  CHECK(smpp::read_header(bank.to_esme().at(0)).command_status == command_status::ESME_RTHROTTLED);
}

TEST_CASE("submit_multi counts each destination that may be written to") {
  talking talk(limited(2));
  talk.consent(alice + 1, "shop");
  talk.consent(alice + 2, "shop");
  talk.esme(pdus::submit_multi(2, {"33600000001", "33612345678", "33612345679", "33612345680"}));
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  const std::uint32_t number = smpp::read_header(forwarded[0]).sequence_number;
  talk.smsc(pdus::submit_multi_resp(number, "id", {}));
  CHECK(talk.to_esme().at(0) == pdus::submit_multi_resp(2, "id", {{"33600000001"}, {"33612345680", 1, 1, 0x58}}));
  talk.esme(pdus::submit_multi(3, {"33612345678", "33612345679"}));
  CHECK(talk.answers() == lines{"3 88"});
}

TEST_CASE("the status of throttled is configured") {
  config c = limited(1);
  c.statuses[reason::throttled] = command_status{0x14};
  talking talk(c);
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3));
  CHECK(talk.answers() == lines{"3 20"});
}

TEST_CASE("slow: what comes too fast waits for its turn, and nothing is taken behind it") {
  talking talk(limited(10, over_rate_kind::slow));
  smpp::buffer burst;
  for (std::uint32_t n = 2; n < 17; ++n)
    burst = burst + pdus::submit_sm(n);
  talk.esme(burst + pdus::header(command_id::enquire_link, 90));
  CHECK(talk.forwarded() == 10);
  CHECK_FALSE(talk.session.may_take(leg::esme));
  CHECK(talk.session.next_release() == talk.now().steady + 100ms);
  talk.pass(99ms);
  CHECK(talk.forwarded() == 0);
  talk.pass(1ms);
  CHECK(talk.forwarded() == 1);
  talk.pass(250ms);
  CHECK(talk.forwarded() == 2);  // the second at once: its time had come, too
  for (int i = 0; i < 10; ++i)
    talk.pass(50ms);
  const auto last = talk.to_smsc();
  REQUIRE(last.size() == 3);
  CHECK(smpp::read_header(last[2]).command_id == command_id::enquire_link);
  CHECK(talk.session.may_take(leg::esme));
  CHECK_FALSE(talk.session.next_release());
  CHECK(talk.answers().empty());
  CHECK(talk.metrics.text().find("consentgate_limits_total{limit=\"slowed\"} 4") != std::string::npos);
}

TEST_CASE("slow: what the SMSC says crosses while the sender waits") {
  talking talk(limited(1, over_rate_kind::slow));
  talk.esme(pdus::submit_sm(2));
  const auto first = smpp::read_header(talk.to_smsc().at(0)).sequence_number;
  talk.esme(pdus::submit_sm(3) + pdus::submit_sm(4));
  talk.smsc(pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK, first, "id") +
            pdus::header(command_id::enquire_link, 69) + pdus::deliver_sm(70, "STOP"));
  const auto crossed = talk.to_esme();
  REQUIRE(crossed.size() == 3);
  CHECK(smpp::read_header(crossed[0]).command_id == command_id::submit_sm_resp);
  CHECK(smpp::read_header(crossed[1]).command_id == command_id::enquire_link);
  CHECK(smpp::read_header(crossed[2]).command_id == command_id::deliver_sm);
  CHECK(talk.host.recorded.size() == 1);
}

TEST_CASE("slow: nothing is refused for its rate, however long it waits, and one message of a session waits") {
  talking talk(limited(1, over_rate_kind::slow));
  const std::size_t one = pdus::submit_sm(2).size();
  smpp::buffer flood;
  for (std::uint32_t n = 2; n < 1002; ++n)
    flood = flood + pdus::submit_sm(n);
  CHECK(talk.session.received(leg::esme, flood, talk.now()) == 2 * one);
  CHECK(talk.forwarded() == 1);
  CHECK(talk.session.received(leg::esme, smpp::octets(flood).subspan(2 * one), talk.now()) == 0);
  for (std::size_t n = 2; n < 1001; ++n) {
    talk.pass(1s);
    REQUIRE(talk.session.received(leg::esme, smpp::octets(flood).subspan(n * one), talk.now()) <= one);
    REQUIRE(talk.forwarded() == 1);
  }
  CHECK(talk.answers().empty());
}

TEST_CASE("slow: who waits is not inactive") {
  config c = limited(1, over_rate_kind::slow);
  c.limits.inactivity_timeout = 3s;
  talking talk(c);
  shared_parts& parts = talk;
  conversation second(parts);
  second.bind("shop1");
  talk.esme(pdus::submit_multi(2, {"33612345678", "33612345678", "33612345678", "33612345678", "33612345678"}));
  second.esme(pdus::submit_sm(2));
  second.pass(4s);
  CHECK(second.to_smsc().empty());
  CHECK(second.to_esme().empty());
  second.pass(1s);
  CHECK(second.to_smsc().size() == 1);
  second.pass(4s);
  CHECK(smpp::read_header(second.to_smsc().at(0)).command_id == command_id::unbind);  // from then on it counts
}

TEST_CASE("slow: all binds of a sender take turns") {
  talking talk(limited(1, over_rate_kind::slow));
  shared_parts& parts = talk;
  conversation second(parts), third(parts);
  second.bind("shop1");
  third.bind("shop1");
  const auto began = talk.now().steady;
  for (conversation* one : {static_cast<conversation*>(&talk), &second, &third})
    one->esme(pdus::submit_sm(2) + pdus::submit_sm(3));
  CHECK(talk.forwarded() == 1);
  CHECK(talk.session.next_release() == began + 1s);
  CHECK(second.session.next_release() == began + 2s);
  CHECK(third.session.next_release() == began + 3s);
  talk.pass(1s);
  CHECK(talk.forwarded() == 1);
  talk.esme(pdus::submit_sm(4));
  CHECK(talk.session.next_release() == began + 4s);
  second.session.closed(leg::esme, second.now());  // its token is the next one's
  talk.pass(3s);
  talk.esme(pdus::submit_sm(5));
  CHECK(talk.forwarded() == 2);
}

TEST_CASE("slow: what waits is decided when it goes") {
  talking talk(limited(1, over_rate_kind::slow));
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3));
  CHECK(talk.forwarded() == 1);
  talk.smsc(pdus::deliver_sm(70, "STOP"));
  talk.settle(talk);
  talk.to_esme();
  talk.pass(1s);
  CHECK(talk.forwarded() == 0);
  CHECK(talk.answers() == lines{"3 69"});
}

TEST_CASE("slow: what nobody would send any more is answered") {
  talking talk(limited(1, over_rate_kind::slow));
  const auto waiting = [&] {
    talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3));
    CHECK(talk.forwarded() == 1);
    CHECK(talk.answers().empty());
  };
  const lines refused{"3 88"};
  SECTION("the SMSC unbinds") {
    waiting();
    talk.smsc(pdus::header(command_id::unbind, 5));
    auto answers = talk.answers();
    REQUIRE(answers.size() == 2);
    answers.pop_back();
    CHECK(answers == refused);
    talk.esme(pdus::submit_sm(6));
    CHECK(talk.session.next_release() == talk.now().steady + 1s);  // its token has been given back
  }
  SECTION("the SMSC hangs up") {
    waiting();
    talk.session.closed(leg::smsc, talk.now());
    CHECK(talk.answers() == refused);
  }
  SECTION("the gate stops") {
    waiting();
    talk.session.drain(talk.now());
    CHECK(talk.answers() == refused);
  }
  SECTION("of several destinations") {
    talk.esme(pdus::submit_sm(2) + pdus::submit_multi(3, {"33612345678", "33612345678"}));
    talk.smsc(pdus::header(command_id::unbind, 5));
    CHECK(talk.forwarded() == 1);
    CHECK(talk.answers().at(0) == "3 88");
    talk.esme(pdus::submit_sm(6));
    CHECK(talk.session.next_release() == talk.now().steady + 1s);
  }
}

TEST_CASE("slow: unbind waits behind what came before it") {
  talking talk(limited(1, over_rate_kind::slow));
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3) + pdus::header(command_id::unbind, 4));
  CHECK(talk.forwarded() == 1);
  talk.pass(1s);
  const auto sent = talk.to_smsc();
  REQUIRE(sent.size() == 2);
  CHECK(smpp::read_header(sent[0]).command_id == command_id::submit_sm);
  CHECK(smpp::read_header(sent[1]).command_id == command_id::unbind);
}

TEST_CASE("slow: submit_multi waits as a whole, for as many turns as it has messages that may pass") {
  talking talk(limited(2, over_rate_kind::slow));
  talk.consent(alice + 1, "shop");
  talk.esme(pdus::submit_multi(2, {"33612345678", "33600000001"}) +
            pdus::submit_multi(3, {"33612345678", "33600000001", "33612345679"}) + pdus::submit_sm(4));
  CHECK(talk.forwarded() == 1);
  CHECK(talk.session.next_release() == talk.now().steady + 500ms);
  talk.pass(500ms);
  CHECK(talk.forwarded() == 1);
  CHECK(talk.session.next_release() == talk.now().steady + 500ms);
  talk.pass(500ms);
  CHECK(talk.forwarded() == 1);
  talk.esme(pdus::submit_multi(5, {"33600000001"}));
  CHECK(talk.answers() == lines{"5 69"});  // refused for another reason: at once, and it takes no token
}

TEST_CASE("slow: broadcast_sm and distribution lists of an exempt sender wait, too") {
  talking talk(limited(1, over_rate_kind::slow), "bank1");
  smpp::buffer broadcast = pdus::header(command_id::broadcast_sm, 3);
  pdus::text(broadcast, "");
  pdus::octets(broadcast, {0, 1});
  pdus::text(broadcast, "36222");
  pdus::close(broadcast);
  talk.esme(pdus::submit_multi(2, {"=LIST"}, "36222") + broadcast + pdus::submit_multi(4, {"=LIST"}, "36222"));
  CHECK(talk.forwarded() == 1);
  for (int i = 0; i < 2; ++i) {
    talk.pass(999ms);
    CHECK(talk.forwarded() == 0);
    talk.pass(1ms);
    CHECK(talk.forwarded() == 1);
  }
  CHECK(talk.answers().empty());
}

TEST_CASE("slow: one sender's turn holds up whoever shares the bind, and nobody else") {
  config c = limited(1, over_rate_kind::slow);
  c.senders[1].system_ids = {"shop1", "bank1"};
  c.senders[1].max_submits_per_second = 0;
  talking talk(c);
  shared_parts& parts = talk;
  conversation bank(parts);
  bank.bind("bank1");
  pdus::sm m = to("33600000001", "36222");
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3) + pdus::submit_sm(4, m));
  CHECK(talk.forwarded() == 1);
  bank.esme(pdus::submit_sm(2, m) + pdus::submit_sm(3, m));
  CHECK(bank.to_smsc().size() == 2);
  talk.pass(1s);
  CHECK(talk.forwarded() == 2);
}
