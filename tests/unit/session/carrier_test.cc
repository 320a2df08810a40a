// What the SMSC says of a number that the carrier blocks.
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;

namespace {

constexpr auto blocked = command_status{0x403};
const std::string alice = "33612345678";

config hears_blocks() {
  config c = make_config();
  c.default_policy = policy_kind::opt_out;
  for (sender_config& s : c.senders)
    if (s.name == "shop") s.policy = policy_kind::opt_out;
  c.carrier.command_status = {blocked};
  c.carrier.receipt_err = {"082"};
  return c;
}

void answer(conversation& talk, const smpp::buffer& request, command_status status) {
  const smpp::header h = smpp::read_header(request);
  talk.smsc(pdus::with_text(smpp::response_to(h.command_id), status, h.sequence_number, ""));
}

smpp::buffer receipt(const std::string& text) {
  pdus::sm m;
  m.source = alice;
  m.source_ton = 1;
  m.destination = "36111";
  m.destination_ton = 0;
  m.esm_class = 0x04;
  m.text = text;
  return pdus::short_message(command_id::deliver_sm, 5, m);
}

}  // namespace

TEST_CASE("an answer crosses at once, and its record holds up nothing") {
  shared_parts parts(hears_blocks());
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(9));
  answer(talk, talk.to_smsc().at(0), blocked);
  REQUIRE(talk.to_esme().size() == 1);
  REQUIRE(talk.host.recorded.size() == 1);
  const store::event& e = talk.host.recorded[0];
  CHECK(e.kind == store::event_kind::opt_out);
  CHECK(e.method == store::consent_method::carrier);
  CHECK(to_string(e.scope) == "sender:shop");
  CHECK(e.who == store::number{33612345678});
  REQUIRE(talk.host.tickets == std::vector<std::uint32_t>{0});
  talk.session.recorded(0, false, talk.now());
  CHECK(talk.to_esme().empty());
  CHECK(talk.to_smsc().empty());
  CHECK(parts.metrics.text().find("consentgate_unstored_opt_outs_total 1\n") != std::string::npos);
}

TEST_CASE("a generic_nack with the status counts like an answer; a bind's answer does not") {
  shared_parts parts(hears_blocks());
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(9));
  talk.smsc(pdus::header(command_id::generic_nack, smpp::read_header(talk.to_smsc().at(0)).sequence_number, blocked));
  CHECK(talk.host.recorded.size() == 1);
  talk.esme(pdus::with_text(command_id::query_sm, command_status::ESME_ROK, 10, "m1"));
  answer(talk, talk.to_smsc().at(0), blocked);
  CHECK(talk.host.recorded.size() == 1);
}

TEST_CASE("a receipt is answered to the SMSC once both have spoken, the sender and the disk") {
  shared_parts parts(hears_blocks());
  conversation talk(parts);
  talk.bind("shop1");
  talk.smsc(receipt("id:1 stat:UNDELIV err:082"));
  const auto delivered = talk.to_esme();
  REQUIRE(delivered.size() == 1);
  REQUIRE(talk.host.recorded.size() == 1);
  talk.esme(pdus::with_text(command_id::deliver_sm_resp, command_status::ESME_ROK,
                            smpp::read_header(delivered[0]).sequence_number, ""));
  CHECK(talk.to_smsc().empty());
  SECTION("on disk") {
    talk.session.recorded(talk.host.tickets.at(0), true, talk.now());
    CHECK(smpp::read_header(talk.to_smsc().at(0)).command_status == command_status::ESME_ROK);
  }
  SECTION("not on disk: the SMSC is to send it again") {
    talk.session.recorded(talk.host.tickets.at(0), false, talk.now());
    CHECK(smpp::read_header(talk.to_smsc().at(0)).command_status == command_status::ESME_RX_T_APPN);
  }
}

TEST_CASE("what is opted out in the sender's scope already is no news") {
  shared_parts parts(hears_blocks());
  conversation talk(parts);
  talk.bind("shop1");
  store::event e;
  e.who = {33612345678};
  e.kind = store::event_kind::opt_out;
  e.occurred_at = store::now();
  e.method = store::consent_method::letter;
  e.scope = {store::scope_kind::group, "retail"};
  REQUIRE(std::holds_alternative<std::vector<store::recorded>>(parts.store->record_and_wait({e})));
  talk.smsc(receipt("err:082"));
  CHECK(talk.host.recorded.size() == 1);  // the group's is another scope
  e.scope = {store::scope_kind::sender, "shop"};
  REQUIRE(std::holds_alternative<std::vector<store::recorded>>(parts.store->record_and_wait({e})));
  talk.smsc(receipt("err:082"));
  CHECK(talk.host.recorded.size() == 1);
  CHECK(talk.to_esme().size() == 2);
}

TEST_CASE("what the carrier says of the gate's own message is heard, and told to nobody") {
  config c = hears_blocks();
  c.senders[0].confirmation = spoken_texts{{"en", "SHOP: bye"}};
  c.senders[0].help = spoken_texts{{"en", "SHOP Ltd"}};
  shared_parts parts(c);
  conversation talk(parts);
  talk.bind("shop1");
  const auto say = [&](const smpp::buffer& deliver_sm, command_status status, const std::string& message_id) {
    talk.smsc(deliver_sm);
    talk.settle(parts);
    talk.to_smsc();
    talk.session.transmit(talk.now());
    for (const smpp::buffer& pdu : talk.to_smsc())
      talk.smsc(
          pdus::with_text(command_id::submit_sm_resp, status, smpp::read_header(pdu).sequence_number, message_id));
    talk.to_esme();
    talk.host.recorded.clear();
    talk.host.tickets.clear();
    talk.host.replies.clear();
  };
  talk.smsc(pdus::deliver_sm(7, "HELP"));
  talk.session.transmit(talk.now());
  talk.to_esme();
  answer(talk, talk.to_smsc().at(0), blocked);
  REQUIRE(talk.host.recorded.size() == 1);
  CHECK(talk.host.recorded[0].method == store::consent_method::carrier);
  CHECK(to_string(talk.host.recorded[0].scope) == "sender:shop");
  CHECK(talk.host.recorded[0].who == store::number{33612345678});
  CHECK(talk.host.tickets == std::vector<std::uint32_t>{0});
  talk.host.recorded.clear();
  talk.host.tickets.clear();
  talk.host.replies.clear();

  say(pdus::deliver_sm(8, "STOP"), command_status::ESME_ROK, "m1");
  talk.smsc(receipt("id:m1 stat:UNDELIV err:082 text:"));
  CHECK(talk.to_esme().empty());
  CHECK(talk.to_smsc().empty());  // the record is on its way to the disk
  REQUIRE(talk.host.recorded.size() == 1);
  CHECK(talk.host.recorded[0].method == store::consent_method::carrier);
  talk.session.recorded(talk.host.tickets.at(0), true, talk.now());
  const auto answers = talk.to_smsc();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0] == pdus::with_text(command_id::deliver_sm_resp, command_status::ESME_ROK, 5, ""));
  talk.smsc(receipt("id:m1 stat:UNDELIV err:082 text:"));
  talk.session.recorded(talk.host.tickets.at(1), false, talk.now());
  REQUIRE(talk.to_smsc().size() == 1);  // to be delivered again
  talk.smsc(receipt("id:m1 stat:DELIVRD err:000 text:"));
  CHECK(talk.to_esme().empty());
  CHECK(talk.to_smsc().size() == 1);
  CHECK(talk.host.recorded.size() == 2);
}
