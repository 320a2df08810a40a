// Submissions of senders whose messages must keep to rules beyond consent.
#include "proxy/config/calendars.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;

namespace {

constexpr std::uint64_t alice = 33612345678;

config with(const message_rules& rules) {
  config c = make_config();
  c.senders[0].rules = rules;
  c.statuses[reason::quiet_hours] = command_status{0x401};
  c.statuses[reason::frequency_cap] = command_status{0x402};
  c.statuses[reason::missing_opt_out_mention] = command_status{0x403};
  return c;
}

message_rules capped(std::uint32_t messages, rule_mode mode = rule_mode::enforce) {
  message_rules r;
  r.frequency_cap = mode;
  r.cap = {messages, std::chrono::hours{24}};
  return r;
}

struct talking : conversation {
  explicit talking(shared_parts& parts) : conversation(parts) { bind("shop1"); }

  // The statuses that the gate itself answers.
  std::vector<std::uint32_t> refused() {
    std::vector<std::uint32_t> all;
    for (const auto& pdu : to_esme())
      all.push_back(static_cast<std::uint32_t>(smpp::read_header(pdu).command_status));
    return all;
  }
};

using statuses = std::vector<std::uint32_t>;

pdus::sm saying(const std::string& text) {
  pdus::sm m;
  m.text = text;
  return m;
}

}  // namespace

TEST_CASE("a cap counts within what is read together") {
  shared_parts parts(with(capped(2)));
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3) + pdus::submit_sm(4) + pdus::data_sm(5, "36111", "33612345678"));
  CHECK(talk.to_smsc().size() == 2);
  CHECK(talk.refused() == statuses{0x402, 0x402});
  talk.pass(std::chrono::hours{25});
  talk.esme(pdus::submit_sm(6));
  CHECK(talk.to_smsc().size() == 1);
}

TEST_CASE("any refusal of the SMSC gives the message back to the cap, an answer that never comes does not") {
  for (const bool nack : {true, false}) {
    shared_parts parts(with(capped(1)));
    parts.consent(alice, "shop");
    talking talk(parts);
    talk.esme(pdus::submit_sm(2));
    const auto number = smpp::read_header(talk.to_smsc().at(0)).sequence_number;
    talk.smsc(nack ? pdus::header(command_id::generic_nack, number, command_status::ESME_RINVCMDID)
                   : pdus::header(command_id::submit_sm_resp, number, command_status::ESME_RTHROTTLED));
    talk.to_esme();
    talk.esme(pdus::submit_sm(3));
    CHECK(talk.to_smsc().size() == 1);
    talk.pass(std::chrono::hours{1});  // forgotten
    talk.esme(pdus::submit_sm(4));
    CHECK(talk.refused() == statuses{0x402});
  }
}

TEST_CASE("a destination that did not get a submit_multi gets its message back from the cap, and no other") {
  shared_parts parts(with(capped(1)));
  constexpr std::uint64_t bob = 33687654321;
  parts.consent(alice, "shop");
  parts.consent(bob, "shop");
  talking talk(parts);
  talk.esme(pdus::submit_multi(2, {"33612345678", "33687654321"}));
  smpp::buffer answer;
  smpp::append_submit_multi_resp(answer, command_status::ESME_ROK,
                                 smpp::read_header(talk.to_smsc().at(0)).sequence_number,
                                 {{1, 1, "33687654321", command_status::ESME_RINVDSTADR}});
  talk.smsc(answer);
  talk.to_esme();
  pdus::sm to_bob;
  to_bob.destination = "33687654321";
  talk.esme(pdus::submit_sm(3) + pdus::submit_sm(4, to_bob) + pdus::submit_sm(5, to_bob));
  CHECK(talk.to_smsc().size() == 1);
  CHECK(talk.refused() == statuses{0x402, 0x402});
}

TEST_CASE("reasons in their order: consent, hours, frequency, a way out") {
  const auto hours = [](const std::string& days) {
    error_list errors;
    const auto made = read_calendar(YAML::Load("{zones: {Europe/Paris: [\"33\"]}, versions: [{hours: {days: " + days +
                                               ", from: \"00:00\", to: \"24:00\"}}]}"),
                                    "c", errors);
    REQUIRE(made);
    return made;
  };
  message_rules all = capped(1);
  all.opt_out_mention = all.quiet_hours = rule_mode::enforce;
  all.calendars = {hours("holidays")};  // there are none: never
  {
    shared_parts parts(with(all));
    talking talk(parts);
    talk.esme(pdus::submit_sm(2));
    CHECK(talk.refused() == statuses{0x45});
    parts.consent(alice, "shop");
    talk.esme(pdus::submit_sm(3) + pdus::submit_sm(4, saying("STOP 36111")));
    CHECK(talk.refused() == statuses{0x401, 0x401});
  }
  all.calendars = {hours("mon-sun")};
  shared_parts parts(with(all));
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.esme(pdus::submit_sm(2));
  CHECK(talk.refused() == statuses{0x403});
  talk.esme(pdus::submit_sm(3, saying("STOP 36111")));
  CHECK(talk.to_smsc().size() == 1);
  talk.esme(pdus::submit_sm(4) + pdus::submit_sm(5, saying("STOP 36111")));
  CHECK(talk.refused() == statuses{0x402, 0x402});
}

TEST_CASE("what one rule only observes another may refuse") {
  message_rules both = capped(1, rule_mode::observe);
  both.opt_out_mention = rule_mode::enforce;
  shared_parts parts(with(both));
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.esme(pdus::submit_sm(2, saying("STOP 36111")) + pdus::submit_sm(3, saying("STOP 36111")) + pdus::submit_sm(4));
  CHECK(talk.to_smsc().size() == 2);
  CHECK(talk.refused() == statuses{0x403});
  const std::string text = parts.metrics.text();
  CHECK(text.find(R"(reason="frequency_cap",sender="shop",verdict="observed"} 1)") != std::string::npos);
  CHECK(text.find(R"(reason="missing_opt_out_mention",sender="shop",verdict="refused"} 1)") != std::string::npos);
}

TEST_CASE("what lacks consent and is only observed must keep to the rules all the same") {
  message_rules rules = capped(1);
  rules.opt_out_mention = rule_mode::observe;
  config c = with(rules);
  c.senders[0].mode = policy_mode::observe;
  shared_parts parts(c);
  talking talk(parts);
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3));
  CHECK(talk.to_smsc().size() == 1);
  CHECK(talk.refused() == statuses{0x402});
  const std::string text = parts.metrics.text();
  CHECK(text.find(R"(reason="no_consent",sender="shop",verdict="observed"} 1)") != std::string::npos);
  CHECK(text.find(R"(reason="frequency_cap",sender="shop",verdict="refused"} 1)") != std::string::npos);
  pdus::sm unreadable;
  unreadable.destination = "nobody";
  talk.esme(pdus::submit_sm(4, unreadable));  // nobody's hours and messages can be told
  CHECK(talk.to_smsc().size() == 1);
}

TEST_CASE("exempt senders and what consent refuses are not judged") {
  config c = with(capped(1));
  c.senders[1].rules = c.senders[0].rules;  // the exempt bank
  shared_parts parts(c);
  talking shop(parts);
  conversation bank(parts);
  bank.bind("bank1");
  pdus::sm m;
  m.source = "36222";
  bank.esme(pdus::submit_sm(2, m) + pdus::submit_sm(3, m));
  CHECK(bank.to_smsc().size() == 2);
  shop.esme(pdus::submit_sm(2) + pdus::submit_sm(3));
  CHECK(shop.refused() == statuses{0x45, 0x45});
  parts.consent(alice, "shop");
  shop.esme(pdus::submit_sm(4));
  CHECK(shop.to_smsc().size() == 1);
}

TEST_CASE("a text of the SMSC's default alphabet is read as the upstream has it") {
  message_rules r;
  r.opt_out_mention = rule_mode::enforce;
  shared_parts parts(with(r));
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.esme(pdus::submit_sm(2, saying("D\x05sinscription STOP 36111")) + pdus::submit_sm(3, saying("STOP\x1b\x40 36")));
  CHECK(talk.to_smsc().size() == 1);
  CHECK(talk.refused() == statuses{0x403});
}
