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
  void wait(std::chrono::milliseconds time) {
    pass(time);
    session.release_slowed(now());
    turn();
  }
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
  talk.wait(500ms);
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
  talk.wait(1s);
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

TEST_CASE("slow: what comes too fast waits for its turn, everything else passes it") {
  talking talk(limited(10, over_rate_kind::slow));
  smpp::buffer burst;
  for (std::uint32_t n = 2; n < 17; ++n)
    burst = burst + pdus::submit_sm(n);
  talk.smsc(pdus::deliver_sm(70, "what is this?"));
  const auto delivered = smpp::read_header(talk.to_esme().at(0)).sequence_number;
  talk.esme(burst + pdus::header(command_id::enquire_link, 90) +
            pdus::with_text(command_id::deliver_sm_resp, command_status::ESME_ROK, delivered, ""));
  const auto sent = talk.to_smsc();
  REQUIRE(sent.size() == 12);  // ten messages, enquire_link, the answer
  CHECK(smpp::read_header(sent[10]).command_id == command_id::enquire_link);
  CHECK(smpp::read_header(sent[11]).command_id == command_id::deliver_sm_resp);
  CHECK(talk.answers().empty());
  CHECK(talk.session.next_release() == talk.now().steady + 100ms);
  talk.wait(99ms);
  CHECK(talk.forwarded() == 0);
  talk.wait(1ms);
  CHECK(talk.forwarded() == 1);
  talk.wait(250ms);
  CHECK(talk.forwarded() == 2);
  talk.wait(10s);
  CHECK(talk.forwarded() == 2);
  CHECK_FALSE(talk.session.next_release());
  CHECK(talk.answers().empty());
  CHECK(talk.metrics.text().find("consentgate_limits_total{limit=\"slowed\"} 5") != std::string::npos);
}

TEST_CASE("slow: nothing waits for more than five seconds, nor for more memory than a leg may take") {
  talking talk(limited(2, over_rate_kind::slow));
  smpp::buffer burst;
  for (std::uint32_t n = 2; n < 20; ++n)
    burst = burst + pdus::submit_sm(n);
  talk.esme(burst);
  CHECK(talk.forwarded() == 2);
  CHECK(talk.answers() == lines{"14 88", "15 88", "16 88", "17 88", "18 88", "19 88"});
  talk.wait(5s);
  CHECK(talk.forwarded() == 10);

  config c = limited(1000, over_rate_kind::slow);
  c.limits.max_unsent_octets = 1024;
  talking little(c);
  for (std::uint32_t n = 2; n < 1002; ++n) {
    little.esme(pdus::submit_sm(n));
    little.to_smsc();
  }
  burst.clear();
  for (std::uint32_t n = 2; n < 42; ++n)
    burst = burst + pdus::submit_sm(n);
  little.esme(burst);
  const std::size_t fit = 1024 / pdus::submit_sm(2).size();
  CHECK(little.answers().size() == 40 - fit);
  little.wait(1s);
  CHECK(little.forwarded() == fit);
}

TEST_CASE("slow: what waits is decided when it goes") {
  talking talk(limited(1, over_rate_kind::slow));
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3));
  CHECK(talk.forwarded() == 1);
  talk.smsc(pdus::deliver_sm(70, "STOP"));
  talk.settle(talk);
  talk.to_esme();
  talk.wait(1s);
  CHECK(talk.forwarded() == 0);
  CHECK(talk.answers() == lines{"3 69"});
}

TEST_CASE("slow: whoever unbinds, closes or stops, each that waits is answered") {
  const auto waiting = [](talking& talk) {
    talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3) + pdus::submit_sm(4));
    CHECK(talk.forwarded() == 1);
    CHECK(talk.answers().empty());
  };
  const lines refused{"3 88", "4 88"};
  SECTION("the sender unbinds") {
    talking talk(limited(1, over_rate_kind::slow));
    waiting(talk);
    talk.esme(pdus::header(command_id::unbind, 5));
    CHECK(talk.answers() == refused);
    CHECK(talk.forwarded() == 1);
  }
  SECTION("the SMSC unbinds") {
    talking talk(limited(1, over_rate_kind::slow));
    waiting(talk);
    talk.smsc(pdus::header(command_id::unbind, 5));
    auto answers = talk.answers();
    REQUIRE(answers.size() == 3);
    answers.pop_back();
    CHECK(answers == refused);
  }
  SECTION("the SMSC hangs up") {
    talking talk(limited(1, over_rate_kind::slow));
    waiting(talk);
    talk.session.closed(leg::smsc, talk.now());
    CHECK(talk.answers() == refused);
  }
  SECTION("the sender shuts its side") {
    talking talk(limited(1, over_rate_kind::slow));
    waiting(talk);
    talk.session.finished(leg::esme, talk.now());
    CHECK(talk.answers() == refused);
  }
  SECTION("the gate stops") {
    talking talk(limited(1, over_rate_kind::slow));
    waiting(talk);
    talk.session.drain(talk.now());
    CHECK(talk.answers() == refused);
  }
}

TEST_CASE("slow: submit_multi does not wait") {
  talking talk(limited(1, over_rate_kind::slow));
  talk.esme(pdus::submit_multi(2, {"33612345678"}) + pdus::submit_multi(3, {"33612345678"}));
  CHECK(talk.forwarded() == 1);
  CHECK(talk.answers() == lines{"3 88"});
}
