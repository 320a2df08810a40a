// What a session tells the journal.
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;

namespace {

constexpr std::uint64_t alice = 33612345678;

// The lines so far as text, sorted: "number-or-destination verdict reason [event] [status] [message_id]".
std::vector<std::string> lines(shared_parts& parts, conversation& talk) {
  const auto text = [&](store::text_id id, std::initializer_list<std::string_view> of) {
    for (const std::string_view t : of) {
      if (parts.store->journal_text(t) == id) return std::string(t);
    }
    return std::string("?");
  };
  std::vector<std::string> all;
  for (std::size_t i = 0; i < talk.host.journalled.size(); ++i) {
    const store::journal_line l = talk.host.journalled[i];
    CHECK(text(l.system_id, {"shop1", "bank1"}) != "?");
    std::string line = l.who.digits != 0 ? store::to_string(l.who) : "`" + std::string(l.destination) + "`";
    line += " " + text(l.sender, {"shop", "bank"}) + " " + text(l.verdict, {"forwarded", "refused", "observed"}) + " " +
            text(l.reason, {"none", "no_consent", "sender_mismatch", "unreadable_number", "unverifiable_destination",
                            "opted_out"});
    if (l.event != 0) line += " event " + std::to_string(l.event);
    if (l.answered) line += " status " + std::to_string(l.command_status);
    if (!l.message_id.empty()) line += " id " + std::string(l.message_id);
    all.push_back(line);
  }
  std::ranges::sort(all);
  return all;
}

using texts = std::vector<std::string>;

smpp::buffer answer_to(const smpp::buffer& request, command_status status, std::string_view message_id) {
  const smpp::header h = smpp::read_header(request);
  return pdus::with_text(smpp::response_to(h.command_id), status, h.sequence_number, message_id);
}

pdus::sm to(const std::string& destination, const std::string& source = "36111") {
  pdus::sm m;
  m.destination = destination;
  m.source = source;
  return m;
}

config observing() {
  config c = make_config();
  c.senders[0].mode = policy_mode::observe;
  return c;
}

}  // namespace

TEST_CASE("a refusal is journalled at once, a forwarded message with its answer") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3, to("33600000001")) +
            pdus::submit_sm(4, to("33612345678", "36222")));
  const texts refused{"33600000001 shop refused no_consent", "33612345678 shop refused sender_mismatch"};
  CHECK(lines(parts, talk) == refused);
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  const store::instant decided = talk.now().wall;
  talk.pass(std::chrono::seconds(2));
  talk.smsc(answer_to(forwarded[0], command_status::ESME_ROK, "abc-1"));
  CHECK(lines(parts, talk) ==
        texts{refused[0], "33612345678 shop forwarded none event 1 status 0 id abc-1", refused[1]});
  CHECK(talk.host.journalled[2].at == decided);  // not when it was answered
}

TEST_CASE("the SMSC's own refusals are journalled with their status") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3) + pdus::submit_sm(4));
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 3);
  talk.smsc(
      pdus::header(command_id::submit_sm_resp, smpp::read_header(forwarded[0]).sequence_number, command_status{0x58}));
  talk.smsc(pdus::header(command_id::generic_nack, smpp::read_header(forwarded[1]).sequence_number, command_status{3}));
  talk.smsc(answer_to(forwarded[2], command_status{0x45}, "x"));
  CHECK(lines(parts, talk) == texts{"33612345678 shop forwarded none event 1 status 3",
                                    "33612345678 shop forwarded none event 1 status 69 id x",
                                    "33612345678 shop forwarded none event 1 status 88"});
}

TEST_CASE("without an answer: journalled when the request is forgotten, or when the session ends") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(2));
  talk.pass(std::chrono::minutes(9));
  CHECK(talk.host.journalled.empty());
  talk.esme(pdus::submit_sm(3));
  talk.pass(std::chrono::minutes(2));
  const std::string unanswered = "33612345678 shop forwarded none event 1";
  CHECK(lines(parts, talk) == texts{unanswered});
  talk.session.closed(leg::smsc, talk.now());
  CHECK(lines(parts, talk) == texts{unanswered, unanswered});
  talk.session.closed(leg::esme, talk.now());
  CHECK(talk.host.journalled.size() == 2);
}

TEST_CASE("observed and exempt messages are journalled, also to what is no number") {
  shared_parts parts(observing());
  conversation shop(parts), bank(parts);
  shop.bind("shop1");
  bank.bind("bank1");
  shop.esme(pdus::submit_sm(2) + pdus::submit_sm(3, to("nobody")));
  bank.esme(pdus::submit_sm(2, to("33612345678", "36222")) + pdus::submit_sm(3, to("12", "36222")));
  for (conversation* talk : {&shop, &bank}) {
    for (const auto& pdu : talk->to_smsc())
      talk->smsc(answer_to(pdu, command_status::ESME_ROK, "m"));
  }
  CHECK(lines(parts, shop) == texts{"33612345678 shop observed no_consent status 0 id m",
                                    "`nobody` shop observed unreadable_number status 0 id m"});
  CHECK(lines(parts, bank) ==
        texts{"33612345678 bank forwarded none status 0 id m", "`12` bank forwarded none status 0 id m"});
}

TEST_CASE("submit_multi: a line for each destination") {
  shared_parts parts;
  parts.consent(alice, "shop");
  parts.consent(alice + 1, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_multi(2, {"33612345678", "33612345679", "33600000001", "=friends"}));
  const texts refused{"33600000001 shop refused no_consent", "`friends` shop refused unverifiable_destination"};
  CHECK(lines(parts, talk) == refused);
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  smpp::buffer answer;
  smpp::append_submit_multi_resp(answer, command_status::ESME_ROK, smpp::read_header(forwarded[0]).sequence_number,
                                 {{1, 1, "33612345679", command_status{0x0B}}});
  answer.insert(answer.begin() + 16, {'m', '9'});  // the message_id
  pdus::close(answer);
  talk.smsc(answer);
  CHECK(lines(parts, talk) == texts{refused[0], "33612345678 shop forwarded none event 1 status 0 id m9",
                                    "33612345679 shop forwarded none event 2 status 11 id m9", refused[1]});
  talk.esme(pdus::submit_multi(3, {"33612345678", "33612345679"}));
  talk.session.closed(leg::esme, talk.now());
  CHECK(talk.host.journalled.size() == 6);
}

TEST_CASE("data_sm and broadcast_sm") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts), bank(parts);
  talk.bind("shop1");
  bank.bind("bank1");
  talk.esme(pdus::data_sm(2, "36111", "33612345678"));
  talk.smsc(answer_to(talk.to_smsc().at(0), command_status::ESME_ROK, "d1"));
  CHECK(lines(parts, talk) == texts{"33612345678 shop forwarded none event 1 status 0 id d1"});
  smpp::buffer broadcast = pdus::header(command_id::broadcast_sm, 3);
  pdus::text(broadcast, "");
  pdus::octets(broadcast, {0, 1});
  pdus::text(broadcast, "36222");
  pdus::close(broadcast);
  bank.esme(broadcast);
  bank.smsc(answer_to(bank.to_smsc().at(0), command_status::ESME_ROK, "b1"));
  CHECK(lines(parts, bank) == texts{"`broadcast` bank forwarded none status 0 id b1"});
}

TEST_CASE("without a journal nothing is told") {
  config c = make_config();
  c.journal_retention = std::chrono::seconds{0};
  shared_parts parts(c);
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(2) + pdus::submit_sm(3, to("33600000001")) + pdus::submit_multi(4, {"33612345678", "=x"}));
  for (const auto& pdu : talk.to_smsc())
    talk.smsc(answer_to(pdu, command_status::ESME_ROK, "m"));
  talk.session.closed(leg::esme, talk.now());
  CHECK(talk.host.journalled.empty());
}
