// What a sender changes of a message that the SMSC still holds.
#include "proxy/config/calendars.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using std::chrono::hours;

namespace {

constexpr std::uint64_t alice = 33612345678;
const std::string tomorrow = "000001000000000R", in_two_days = "000002000000000R";

std::string ucs2(const std::string& ascii) {
  std::string units;
  for (const char c : ascii)
    units += std::string(1, '\0') + c;
  return units;
}

smpp::buffer scheduled_sm(std::uint32_t sequence_number, const std::string& schedule = tomorrow,
                          unsigned data_coding = 0, const std::string& source = "36111") {
  smpp::buffer pdu = pdus::header(command_id::submit_sm, sequence_number);
  pdus::text(pdu, "");
  pdus::octets(pdu, {0, 1});
  pdus::text(pdu, source);
  pdus::octets(pdu, {1, 1});
  pdus::text(pdu, "33612345678");
  pdus::octets(pdu, {0, 0, 0});
  pdus::text(pdu, schedule);
  pdus::text(pdu, "");
  pdus::octets(pdu, {0, 0, data_coding, 0, 0});
  const std::string text = data_coding == 8 ? ucs2("STOP 36111") : "STOP 36111";
  pdus::octets(pdu, {0x04, 0x24, 0, static_cast<unsigned>(text.size())});
  pdu.insert(pdu.end(), text.begin(), text.end());
  pdus::close(pdu);
  return pdu;
}

smpp::buffer replace_sm(std::uint32_t sequence_number, const std::string& message_id, const std::string& text,
                        const std::string& schedule = "", const std::string& source = "36111") {
  smpp::buffer pdu = pdus::header(command_id::replace_sm, sequence_number);
  pdus::text(pdu, message_id);
  pdus::octets(pdu, {0, 1});
  pdus::text(pdu, source);
  pdus::text(pdu, schedule);
  pdus::text(pdu, "");
  pdus::octets(pdu, {0, 0, static_cast<unsigned>(text.size())});
  pdu.insert(pdu.end(), text.begin(), text.end());
  pdus::close(pdu);
  return pdu;
}

config with_rules() {
  config c = make_config();
  c.senders[0].rules.opt_out_mention = rule_mode::enforce;
  c.senders[0].rules.frequency_cap = rule_mode::enforce;
  c.senders[0].rules.cap = {1, hours{24}};
  c.statuses[reason::quiet_hours] = command_status{0x401};
  c.statuses[reason::missing_opt_out_mention] = command_status{0x403};
  c.statuses[reason::unverifiable_destination] = command_status{0x404};
  c.statuses[reason::opted_out] = command_status{0x405};
  c.statuses[reason::consent_expired] = command_status{0x406};
  c.statuses[reason::sender_mismatch] = command_status{0x407};
  return c;
}

struct talking : conversation {
  explicit talking(shared_parts& parts, const std::string& system_id = "shop1") : conversation(parts) {
    bind(system_id);
  }
  // The SMSC takes it under this id.
  void submit(const smpp::buffer& pdu, const std::string& message_id = "m1") {
    esme(pdu);
    smsc(pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK,
                         smpp::read_header(to_smsc().at(0)).sequence_number, message_id));
    to_esme();
  }
  // What the gate answers to it; 0: it went on as it came, and the SMSC has accepted it.
  std::uint32_t status_of(const smpp::buffer& pdu) {
    esme(pdu);
    const auto crossed = to_smsc();
    if (!crossed.empty()) {
      REQUIRE(std::equal(crossed[0].begin() + 16, crossed[0].end(), pdu.begin() + 16, pdu.end()));
      smsc(pdus::header(command_id::replace_sm_resp, smpp::read_header(crossed[0]).sequence_number));
    }
    const auto answers = to_esme();
    REQUIRE(answers.size() == 1);
    const smpp::header h = smpp::read_header(answers[0]);
    CHECK(h.command_id == command_id::replace_sm_resp);
    CHECK(h.sequence_number == smpp::read_header(pdu).sequence_number);
    return static_cast<std::uint32_t>(h.command_status);
  }
};

}  // namespace

TEST_CASE("the text that replaces another must offer a way out, and counts towards no cap") {
  shared_parts parts(with_rules());
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.submit(scheduled_sm(2));
  CHECK(talk.status_of(replace_sm(3, "m1", "No way out")) == 0x403);
  CHECK(talk.status_of(replace_sm(4, "m1", "STOP 36111")) == 0);
  CHECK(talk.status_of(replace_sm(5, "m1", "")) == 0);
  // What the gate does not know, too.
  CHECK(talk.status_of(replace_sm(6, "m9", "No way out")) == 0x403);
  CHECK(talk.status_of(replace_sm(7, "m9", "STOP 36111")) == 0);
  const std::string text = parts.metrics.text();
  CHECK(text.find(R"(reason="missing_opt_out_mention",sender="shop",verdict="refused"} 2)") != std::string::npos);
}

TEST_CASE("the text is read in the data_coding of what it replaces") {
  shared_parts parts(with_rules());
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.submit(scheduled_sm(2, tomorrow, 8), "m8");
  CHECK(talk.status_of(replace_sm(3, "m8", ucs2("STOP 36111"))) == 0);
  CHECK(talk.status_of(replace_sm(4, "m8", "STOP 36111")) == 0x403);
}

TEST_CASE("who has opted out meanwhile gets no other text") {
  config c = with_rules();
  c.senders[0].rules = {};
  shared_parts parts(c);
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.submit(scheduled_sm(2));
  CHECK(talk.status_of(replace_sm(3, "m1", "hello")) == 0);
  store::event stop;
  stop.who = {alice};
  stop.kind = store::event_kind::opt_out;
  stop.scope = {store::scope_kind::group, "retail"};
  stop.method = store::consent_method::letter;
  stop.occurred_at = store::now();
  (void)parts.store->record_and_wait({stop});
  CHECK(talk.status_of(replace_sm(4, "m1", "hello")) == 0x405);
  CHECK(talk.status_of(replace_sm(5, "m1", "hello", in_two_days)) == 0x405);
  CHECK(talk.status_of(replace_sm(6, "m9", "hello")) == 0);  // to whom it goes nobody knows, and it goes anyway
}

TEST_CASE("a time that replaces another: consent must last, hours must permit, and the person be known") {
  config c = with_rules();
  error_list errors;
  c.senders[0].rules = {};
  c.senders[0].rules.quiet_hours = rule_mode::enforce;
  c.senders[0].rules.calendars = {read_calendar(
      YAML::Load("{zones: {Europe/Paris: [\"33\"], Asia/Tokyo: [\"81\"]}, versions: [{hours: {days: mon-sun, "
                 "from: \"08:00\", to: \"20:00\"}}]}"),
      "c", errors)};
  REQUIRE(c.senders[0].rules.calendars[0]);
  shared_parts parts(c);
  store::event consent;
  consent.who = {alice};
  consent.kind = store::event_kind::opt_in;
  consent.scope = {store::scope_kind::sender, "shop"};
  consent.method = store::consent_method::web_form;
  consent.source = "form";
  consent.occurred_at = store::now() - hours(1);
  consent.expires_at = std::chrono::sys_days{std::chrono::year{2090} / 1 / 1};
  (void)parts.store->record_and_wait({consent});
  talking talk(parts);
  talk.submit(scheduled_sm(2, "890101120000000+"));
  CHECK(talk.status_of(replace_sm(3, "m1", "hello", "890101185959000+")) == 0);
  CHECK(talk.status_of(replace_sm(4, "m1", "hello", "890101190000000+")) == 0x401);
  CHECK(talk.status_of(replace_sm(5, "m1", "hello", "no time at all")) == 0x401);
  CHECK(talk.status_of(replace_sm(6, "m1", "hello", "900101120000000+")) == 0x406);
  CHECK(talk.status_of(replace_sm(7, "m9", "hello", "890101120000000+")) == 0x404);
  CHECK(talk.status_of(replace_sm(8, "m9", "hello")) == 0);

  const auto held = parts.policy->find_scheduled(handle_of("shop1", "m1"));
  REQUIRE(held);
  CHECK(held->due == store::instant(std::chrono::sys_days{std::chrono::year{2089} / 1 / 1} + hours(18) +
                                    std::chrono::minutes(59) + std::chrono::seconds(59)));
}

TEST_CASE("whose a replacement is, its source address and its bind tell") {
  config c = with_rules();
  c.senders[0].system_ids.push_back("shop2");
  shared_parts parts(c);
  parts.consent(alice, "shop");
  talking talk(parts), other(parts, "shop2"), bank(parts, "bank1");
  talk.submit(scheduled_sm(2));
  CHECK(talk.status_of(replace_sm(3, "m1", "STOP 36111", "", "36222")) == 0x407);
  CHECK(other.status_of(replace_sm(4, "m1", "STOP 36111", in_two_days)) == 0x404);  // another account's ids
  CHECK(talk.status_of(replace_sm(5, "m1", "STOP 36111", in_two_days)) == 0);
  // Exempt: it crosses whatever it is.
  CHECK(bank.status_of(replace_sm(6, "m7", "No way out", "no time at all", "36222")) == 0);
  CHECK(bank.status_of(pdus::header(command_id::replace_sm, 7)) == 0);
}

TEST_CASE("a replacement is in the journal, with the message_id it names") {
  config c = with_rules();
  c.statuses.clear();
  shared_parts parts(c);
  parts.consent(alice, "shop");
  talking talk(parts);
  talk.submit(scheduled_sm(2));
  CHECK(talk.status_of(replace_sm(3, "m1", "No way out")) == 0x45);
  CHECK(talk.status_of(replace_sm(4, "m1", "STOP 36111")) == 0);
  CHECK(talk.status_of(replace_sm(5, "m9", "STOP 36111")) == 0);
  REQUIRE(talk.host.journalled.size() == 4);
  smpp::buffer cut = replace_sm(6, "m1", "STOP 36111");
  cut.resize(cut.size() - 3);
  pdus::close(cut);
  CHECK(talk.status_of(cut) == 0x01);
  smpp::buffer more = replace_sm(7, "m1", "STOP 36111");
  more.push_back(4);
  pdus::close(more);
  CHECK(talk.status_of(more) == 0xC0);  // the text might stand there
  c.senders[0].rules.opt_out_mention = rule_mode::off;
  shared_parts others(c);
  talking free(others);
  CHECK(free.status_of(more) == 0);
}
