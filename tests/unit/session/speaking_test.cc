// What the gate says back to people: whole conversations.
#include "smpp/text.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t alice = 33612345678;

config speaking() {
  config c = make_config();
  c.senders[0].confirmation =
      spoken_texts{{"en", "SHOP: bye"}, {"fr", "SHOP : désinscrit, à bientôt"}, {"zh", "已退订"}};
  c.senders[0].help = spoken_texts{{"fr", "SHOP SA, Paris"}, {"en", "SHOP Ltd"}};
  c.senders[0].double_opt_in = spoken_texts{{"en", "SHOP: YES?"}, {"fr", "SHOP : OUI ?"}};
  return c;
}

// A submit_sm of the gate's, as a person would see it: "from>to: text".
std::string read(const smpp::buffer& pdu, smpp::default_alphabet zero = smpp::default_alphabet::gsm7) {
  smpp::message m;
  CHECK(smpp::read_header(pdu).command_id == command_id::submit_sm);
  CHECK(smpp::decode_submit_sm(pdu, m) == command_status::ESME_ROK);
  CHECK(m.registered_delivery == 0);
  CHECK(m.esm_class == 0);
  return std::string(m.source_addr.text) + ">" + std::string(m.destination_addr.text) + ": " +
         smpp::to_utf8(m.short_message, m.data_coding, zero);
}

using texts = std::vector<std::string>;

// What the gate has said since the last look, answered by the SMSC.
texts said(conversation& talk, const std::string& message_id = "m1") {
  talk.session.transmit(talk.now());
  texts all;
  for (const smpp::buffer& pdu : talk.to_smsc()) {
    if (smpp::is_response(smpp::read_header(pdu).command_id)) continue;
    all.push_back(read(pdu));
    talk.smsc(pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK,
                              smpp::read_header(pdu).sequence_number, message_id));
  }
  return all;
}

// A person writes, the sender acknowledges, the record is on disk.
void hear(shared_parts& parts, conversation& talk, const smpp::buffer& deliver_sm, bool on_disk = true) {
  talk.smsc(deliver_sm);
  for (const smpp::buffer& pdu : talk.to_esme()) {
    if (smpp::is_response(smpp::read_header(pdu).command_id)) continue;
    talk.esme(pdus::with_text(command_id::deliver_sm_resp, command_status::ESME_ROK,
                              smpp::read_header(pdu).sequence_number, ""));
  }
  talk.settle(parts, on_disk);
}

smpp::buffer deliver_from(const std::string& source, unsigned ton, const std::string& text = "STOP") {
  pdus::sm m;
  m.source = source;
  m.source_ton = ton;
  m.destination = "36111";
  m.destination_ton = 0;
  m.text = text;
  return pdus::short_message(command_id::deliver_sm, 9, m);
}

smpp::buffer receipt(const std::string& id, const std::string& from = "33612345678", const std::string& to = "36111") {
  pdus::sm m;
  m.source = from;
  m.source_ton = 1;
  m.destination = to;
  m.destination_ton = 0;
  m.esm_class = 4;
  m.text = "id:" + id + " sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 Text: x";
  return pdus::short_message(command_id::deliver_sm, 50, m);
}

}  // namespace

TEST_CASE("a STOP is confirmed once, in its language, from the address it was sent to") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  talk.smsc(pdus::deliver_sm(7, "STOP"));
  talk.session.transmit(talk.now());
  CHECK(talk.to_smsc().empty());  // not before it is on disk
  hear(parts, talk, {});
  CHECK(said(talk) == texts{"36111>33612345678: SHOP: bye"});
  hear(parts, talk, pdus::deliver_sm(8, "STOP"));
  hear(parts, talk, pdus::deliver_sm(9, "ARRET"));
  CHECK(said(talk).empty());
  hear(parts, talk, pdus::deliver_sm(10, "ARRET", "33600000002"));
  hear(parts, talk, pdus::deliver_sm(11, "TD", "33600000003"));
  hear(parts, talk, pdus::deliver_sm(12, "ABMELDEN", "33600000004"));
  CHECK(said(talk) == texts{"36111>33600000002: SHOP : désinscrit, à bientôt", "36111>33600000003: 已退订",
                            "36111>33600000004: SHOP: bye"});
}

TEST_CASE("addresses are mirrored, the alphabet is that of the link") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1", command_id::bind_transceiver, smpp::default_alphabet::latin1);
  pdus::sm m;
  m.source = "0612345678";
  m.source_ton = 2;
  m.destination = "36111";
  m.destination_ton = 3;
  m.text = "ARRET";
  hear(parts, talk, pdus::short_message(command_id::deliver_sm, 3, m));
  talk.session.transmit(talk.now());
  std::vector<smpp::buffer> sent = talk.to_smsc();
  std::erase_if(sent, [](const smpp::buffer& pdu) { return smpp::is_response(smpp::read_header(pdu).command_id); });
  REQUIRE(sent.size() == 1);
  smpp::message back;
  REQUIRE(smpp::decode_submit_sm(sent[0], back) == command_status::ESME_ROK);
  CHECK(back.source_addr.ton == 3);
  CHECK(back.source_addr.npi == 1);
  CHECK(back.destination_addr.ton == 2);
  CHECK(read(sent[0], smpp::default_alphabet::latin1) == "36111>0612345678: SHOP : désinscrit, à bientôt");
}

TEST_CASE("off by default, and with the texts of the gate when none are given") {
  shared_parts silent;
  conversation nothing(silent);
  nothing.bind("shop1");
  for (const char* word : {"STOP", "HELP", "START"})
    hear(silent, nothing, pdus::deliver_sm(7, word));
  CHECK(said(nothing).empty());
  CHECK(nothing.host.recorded.size() == 2);

  config c = make_config();
  c.senders[0].confirmation.emplace();
  shared_parts parts(c);
  conversation talk(parts);
  talk.bind("shop1");
  hear(parts, talk, pdus::deliver_sm(7, "ARRET"));
  CHECK(said(talk) ==
        texts{"36111>33612345678: Vous êtes désinscrit. Vous ne recevrez plus de messages de notre part."});
}

TEST_CASE("only a change is confirmed: after the person's own START, not after an opt-out that was there") {
  config c = speaking();
  c.senders[0].double_opt_in.reset();
  shared_parts parts(c);
  conversation talk(parts);
  talk.bind("shop1");
  store::event letter;
  letter.who = {alice};
  letter.kind = store::event_kind::opt_out;
  letter.scope = {store::scope_kind::group, "retail"};
  letter.method = store::consent_method::letter;
  letter.occurred_at = store::now();
  (void)parts.store->record_and_wait({letter});
  hear(parts, talk, pdus::deliver_sm(7, "STOP"));
  CHECK(said(talk).empty());
  hear(parts, talk, pdus::deliver_sm(8, "STOP ALL"));
  CHECK(said(talk).size() == 1);
  hear(parts, talk, pdus::deliver_sm(9, "STOP"));
  CHECK(said(talk).empty());
  hear(parts, talk, pdus::deliver_sm(10, "START"));
  hear(parts, talk, pdus::deliver_sm(11, "STOP"));
  CHECK(said(talk).size() == 1);
}

TEST_CASE("one message delivered twice, on two binds at once, is confirmed once") {
  shared_parts parts(speaking());
  conversation one(parts), two(parts);
  one.bind("shop1");
  two.bind("shop1");
  one.smsc(pdus::deliver_sm(7, "STOP"));
  two.smsc(pdus::deliver_sm(7, "STOP"));
  two.settle(parts);
  one.settle(parts);
  texts all = said(one);
  for (const std::string& t : said(two))
    all.push_back(t);
  CHECK(all.size() == 1);
}

TEST_CASE("what could not be recorded is not confirmed, and when it comes again it is") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  talk.smsc(pdus::deliver_sm(7, "STOP"));
  talk.settle(parts, false);
  CHECK(said(talk).empty());
  // Blocked in memory it is all the same.
  std::vector<store::event> events = talk.host.recorded;
  (void)parts.store->record_and_wait(events);
  hear(parts, talk, pdus::deliver_sm(8, "STOP"));
  CHECK(said(talk).size() == 1);
}

TEST_CASE("nothing is said to short, alphanumeric and own addresses") {
  config c = speaking();
  c.senders[0].source_addresses.push_back("+33 700 000 000");
  shared_parts parts(c);
  conversation talk(parts);
  talk.bind("shop1");
  for (const char* word : {"STOP", "HELP", "START"}) {
    for (const auto& [source, ton] : {std::pair{"36999", 0U}, std::pair{"36111", 1U}, std::pair{"36222", 6U},
                                      std::pair{"SHOP", 5U}, std::pair{"33612345678", 5U}, std::pair{"33612345678", 6U},
                                      std::pair{"33700000000", 1U}, std::pair{"0700000000", 2U},
                                      // a short code that the country code in front makes look like a number
                                      std::pair{"361234", 2U}})
      hear(parts, talk, deliver_from(source, ton, word));
  }
  CHECK(said(talk).empty());
  CHECK(talk.host.recorded.size() == 3);  // an own address may be opted out
}

TEST_CASE("nothing is said to the address it would be said from, listed or not") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  for (const char* word : {"STOP", "HELP", "START"}) {
    pdus::sm m;
    m.source = "33699999999";
    m.source_ton = 1;
    m.destination = "0699999999";
    m.destination_ton = 0;
    m.text = word;
    hear(parts, talk, pdus::short_message(command_id::deliver_sm, 9, m));
  }
  CHECK(said(talk).empty());
}

TEST_CASE("when the bind goes away in the middle, another one confirms, and never later than five minutes") {
  shared_parts parts(speaking());
  conversation receiver(parts), transmitter(parts);
  receiver.bind("shop1", command_id::bind_receiver);
  receiver.smsc(pdus::deliver_sm(7, "STOP"));
  receiver.session.closed(leg::esme, receiver.now());
  receiver.settle(parts);
  transmitter.pass(seconds(10));
  transmitter.bind("shop1", command_id::bind_transmitter);
  CHECK(said(transmitter).size() == 1);
  CHECK(parts.outbox.empty());

  conversation deaf(parts);
  deaf.bind("shop1", command_id::bind_receiver);
  transmitter.session.closed(leg::esme, transmitter.now());
  hear(parts, deaf, pdus::deliver_sm(8, "STOP", "33600000009"));
  parts.outbox.expire(deaf.now().steady + minutes(5) - seconds(1));
  CHECK_FALSE(parts.outbox.empty());
  parts.outbox.expire(deaf.now().steady + minutes(5));
  CHECK(parts.outbox.empty());
  CHECK(parts.metrics.text().find("consentgate_gate_messages_total{kind=\"confirmation\",outcome=\"expired\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("receipts for what the gate said stay here, all others cross") {
  shared_parts parts(speaking());
  conversation talk(parts), elsewhere(parts);
  talk.bind("shop1");
  elsewhere.bind("shop1", command_id::bind_receiver);
  talk.smsc(receipt("31"));
  CHECK(talk.to_esme().size() == 1);  // nothing was said yet
  hear(parts, talk, pdus::deliver_sm(7, "STOP"));
  CHECK(said(talk, "1F").size() == 1);
  talk.to_esme();
  for (conversation* c : {&talk, &elsewhere}) {
    for (const char* id : {"1f", "31", "0000001F"}) {
      c->smsc(receipt(id));
      CHECK(c->to_esme().empty());
      const auto answers = c->to_smsc();
      REQUIRE(answers.size() == 1);
      CHECK(answers[0] == pdus::with_text(command_id::deliver_sm_resp, command_status::ESME_ROK, 50, ""));
    }
    c->smsc(receipt("1f", "36111", "+33612345678"));  // with the addresses as they were submitted
    CHECK(c->to_esme().empty());
    c->smsc(receipt("20") + receipt("1f", "33600000001"));
    CHECK(c->to_esme().size() == 2);
  }
}

TEST_CASE("HELP is answered, in whole messages, changes nothing, and not again for ten minutes") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  for (const char* word : {"HELP", "AIDE", "info"})
    hear(parts, talk, pdus::deliver_sm(7, word));
  CHECK(said(talk) == texts{"36111>33612345678: SHOP Ltd"});
  hear(parts, talk, pdus::deliver_sm(8, "CONTACT", "33600000001"));
  CHECK(said(talk) == texts{"36111>33600000001: SHOP SA, Paris"});
  talk.pass(minutes(10) - seconds(1));
  hear(parts, talk, pdus::deliver_sm(9, "AIDE"));
  CHECK(said(talk).empty());
  talk.pass(seconds(1));
  parts.spokesman.tick(talk.now());
  hear(parts, talk, pdus::deliver_sm(10, "AIDE"));
  CHECK(said(talk) == texts{"36111>33612345678: SHOP SA, Paris"});
  hear(parts, talk, pdus::deliver_sm(11, "I need help with this", "33600000002"));
  pdus::sm part;
  part.source = "33600000003";
  part.source_ton = 1;
  part.destination = "36111";
  part.esm_class = 0x40;
  part.text = std::string("\5\0\3\7\2\1", 6) + "HELP";
  hear(parts, talk, pdus::short_message(command_id::deliver_sm, 12, part));
  CHECK(said(talk).empty());
  CHECK(talk.host.replies.empty());
  CHECK(parts.store->stats().ledger_events == 0);
}

TEST_CASE("an opted-out person is answered all the same") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  hear(parts, talk, pdus::deliver_sm(7, "STOP"));
  hear(parts, talk, pdus::deliver_sm(8, "HELP"));
  CHECK(said(talk).size() == 2);
}

TEST_CASE("double opt-in: START asks once and is no consent, YES completes it") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  hear(parts, talk, pdus::deliver_sm(7, "YES"));  // means nothing yet
  CHECK(talk.host.replies.empty());
  hear(parts, talk, pdus::deliver_sm(8, "START"));
  hear(parts, talk, pdus::deliver_sm(9, "START"));
  CHECK(said(talk) == texts{"36111>33612345678: SHOP: YES?"});
  CHECK(talk.host.recorded.empty());
  talk.esme(pdus::submit_sm(3));
  CHECK(talk.to_smsc().empty());
  talk.to_esme();
  talk.pass(hours(23));
  hear(parts, talk, pdus::deliver_sm(10, "OUI"));
  REQUIRE(talk.host.recorded.size() == 1);
  const store::event& e = talk.host.recorded[0];
  CHECK(e.kind == store::event_kind::opt_in);
  CHECK(e.method == store::consent_method::double_opt_in);
  CHECK(e.scope == store::scope{store::scope_kind::sender, "shop"});
  CHECK(e.collector == "shop");
  CHECK(e.wording == "SHOP: YES?");
  CHECK(e.evidence.find("\"text\":\"OUI\"") != std::string::npos);
  CHECK(e.evidence.find("\"text\":\"START\"") != std::string::npos);
  CHECK(e.evidence.find("5354415254") != std::string::npos);  // START, in its PDU
  CHECK(e.evidence.find("4f5549") != std::string::npos);
  talk.to_smsc();
  talk.esme(pdus::submit_sm(4));
  CHECK(talk.to_smsc().size() == 1);
  hear(parts, talk, pdus::deliver_sm(11, "YES"));
  CHECK(talk.host.recorded.size() == 1);
}

TEST_CASE("double opt-in: not after a day, not after a STOP, not from another number, not in half a message") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  hear(parts, talk, pdus::deliver_sm(7, "START"));
  hear(parts, talk, pdus::deliver_sm(8, "YES", "33600000001"));
  hear(parts, talk, pdus::deliver_sm(9, "YES", "33612345678", "36222"));
  pdus::sm part;
  part.source = "33612345678";
  part.source_ton = 1;
  part.destination = "36111";
  part.esm_class = 0x40;
  part.text = std::string("\5\0\3\7\2\1", 6) + "YES";
  hear(parts, talk, pdus::short_message(command_id::deliver_sm, 12, part));
  CHECK(talk.host.recorded.empty());
  hear(parts, talk, pdus::deliver_sm(10, "STOP"));
  hear(parts, talk, pdus::deliver_sm(11, "YES"));
  CHECK(talk.host.recorded.size() == 1);
  hear(parts, talk, pdus::deliver_sm(13, "ABONNEMENT", "33600000005"));
  CHECK(said(talk).back() == "36111>33600000005: SHOP : OUI ?");
  talk.pass(hours(24));
  hear(parts, talk, pdus::deliver_sm(14, "OUI", "33600000005"));
  CHECK(talk.host.recorded.size() == 1);
}

TEST_CASE("double opt-in: what could not be recorded is taken when it comes again") {
  shared_parts parts(speaking());
  conversation talk(parts);
  talk.bind("shop1");
  hear(parts, talk, pdus::deliver_sm(7, "START"));
  CHECK(said(talk).size() == 1);
  hear(parts, talk, pdus::deliver_sm(9, "YES"), false);
  hear(parts, talk, pdus::deliver_sm(10, "YES"));
  CHECK(talk.host.recorded.size() == 2);
  CHECK(parts.store->stats().ledger_events == 1);
}

TEST_CASE("double opt-in: a question that the SMSC has not taken is not open, and is asked again") {
  shared_parts parts(speaking());
  const auto open_after = [&](conversation& talk) {
    hear(parts, talk, pdus::deliver_sm(8, "YES"));
    return !talk.host.recorded.empty();
  };
  conversation refused(parts);
  refused.bind("shop1");
  hear(parts, refused, pdus::deliver_sm(7, "START"));
  CHECK_FALSE(open_after(refused));  // it has not been sent
  refused.session.transmit(refused.now());
  std::vector<smpp::buffer> sent = refused.to_smsc();
  CHECK_FALSE(open_after(refused));  // it has, and the SMSC has not answered
  for (const smpp::buffer& pdu : sent) {
    if (!smpp::is_response(smpp::read_header(pdu).command_id))
      refused.smsc(
          pdus::header(command_id::submit_sm_resp, smpp::read_header(pdu).sequence_number, command_status{0x45}));
  }
  CHECK_FALSE(open_after(refused));
  hear(parts, refused, pdus::deliver_sm(9, "START"));
  CHECK(said(refused).size() == 1);
  CHECK(open_after(refused));

  conversation unanswered(parts);  // the bind goes away in the middle
  unanswered.bind("shop1");
  hear(parts, unanswered, pdus::deliver_sm(7, "START", "33600000001"));
  unanswered.session.transmit(unanswered.now());
  unanswered.session.closed(leg::smsc, unanswered.now());
  conversation deaf(parts);  // nobody transmits
  refused.session.closed(leg::esme, refused.now());
  deaf.bind("shop1", command_id::bind_receiver);
  hear(parts, deaf, pdus::deliver_sm(7, "START", "33600000002"));
  parts.outbox.expire(deaf.now().steady + minutes(5));
  for (const char* person : {"33600000001", "33600000002"})
    hear(parts, deaf, pdus::deliver_sm(8, "YES", person));
  CHECK(deaf.host.recorded.empty());
}

TEST_CASE("double opt-in: nobody is asked who has sent a STOP before the question could be sent") {
  config c = speaking();
  c.senders[0].confirmation.reset();
  shared_parts parts(c);
  conversation deaf(parts), talk(parts);
  deaf.bind("shop1", command_id::bind_receiver);
  hear(parts, deaf, pdus::deliver_sm(7, "START"));
  hear(parts, deaf, pdus::deliver_sm(8, "STOP"));
  hear(parts, deaf, pdus::deliver_sm(9, "START", "33600000001"));
  talk.bind("shop1");
  CHECK(said(talk) == texts{"36111>33600000001: SHOP: YES?"});
  CHECK(parts.metrics.text().find("consentgate_gate_messages_total{kind=\"question\",outcome=\"dropped\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("ids in hexadecimal and in decimal: a sender's receipt is not taken for the gate's") {
  shared_parts parts(speaking());
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(3));
  talk.smsc(pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK,
                            smpp::read_header(talk.to_smsc().at(0)).sequence_number, "10"));
  hear(parts, talk, pdus::deliver_sm(7, "STOP"));
  CHECK(said(talk, "16").size() == 1);  // 10 in hexadecimal
  talk.to_esme();
  talk.smsc(receipt("10"));
  CHECK(talk.to_esme().size() == 1);
  talk.smsc(receipt("16"));
  CHECK(talk.to_esme().empty());
}

TEST_CASE("a restart does not give the receipts of what the gate said to the sender") {
  temporary_folder folder;
  metrics m;
  outbox o(m);
  for (const bool before : {true, false}) {
    spokesman s(o);
    auto opened = store::consent_store::open({folder.path(), nullptr});
    auto& stored = std::get<0>(opened);
    CHECK_FALSE(s.begin(*stored));
    refusal_log log;
    const policy p(std::make_shared<const config>(speaking()), *stored, m, log);
    if (before) stored->sent({alice}, "1F", store::now());
    smpp::message decoded;
    const smpp::buffer pdu = receipt("31"), others = receipt("32");
    CHECK(smpp::decode_deliver_sm(pdu, decoded) == command_status::ESME_ROK);
    CHECK(s.is_own_receipt(p, decoded, *s.spelling_of("smsc")));
    CHECK(smpp::decode_deliver_sm(others, decoded) == command_status::ESME_ROK);
    CHECK_FALSE(s.is_own_receipt(p, decoded, *s.spelling_of("smsc")));
  }
}
