// What the gate itself asks of the SMSC, through the binds of senders.
#include "proxy/outbox/outbox.h"

#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;
using fate = proxy::gate_answer::fate;

namespace {

// A request, and what became of it.
struct posted {
  std::vector<gate_answer> answers;

  gate_request request(const conversation& at, std::vector<std::string> system_ids = {"shop1"},
                       const std::string& text = "Bye") {
    gate_request r;
    r.kind = "confirmation";
    r.system_ids = std::move(system_ids);
    r.until = at.now().steady + std::chrono::minutes(5);
    r.pdu = [text](smpp::default_alphabet) {
      pdus::sm m;
      m.text = text;
      return pdus::submit_sm(0, m);
    };
    r.done = [this](const gate_answer& a) { answers.push_back(a); };
    return r;
  }
};

smpp::buffer answer_to(const smpp::buffer& request, command_status status, std::string_view message_id) {
  const smpp::header h = smpp::read_header(request);
  return pdus::with_text(smpp::response_to(h.command_id), status, h.sequence_number, message_id);
}

std::string line(const std::string& outcome, int times) {
  return "consentgate_gate_messages_total{kind=\"confirmation\",outcome=\"" + outcome + "\"} " + std::to_string(times) +
         "\n";
}

bool counted(shared_parts& parts, const std::string& outcome, int times) {
  return parts.metrics.text().find(line(outcome, times)) != std::string::npos;
}

}  // namespace

TEST_CASE("a bind that can transmit is woken, sends it under a number of its own, and keeps the answer") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  posted p;
  parts.outbox.post(p.request(talk));
  CHECK(talk.host.wakes == 1);
  talk.session.transmit(talk.now());
  const auto sent = talk.to_smsc();
  REQUIRE(sent.size() == 1);
  CHECK(smpp::read_header(sent[0]).command_id == command_id::submit_sm);
  CHECK(smpp::read_header(sent[0]).sequence_number != 0);
  CHECK(parts.outbox.empty());
  talk.smsc(answer_to(sent[0], command_status::ESME_ROK, "m1"));
  CHECK(talk.to_esme().empty());
  REQUIRE(p.answers.size() == 1);
  CHECK(p.answers[0].what == fate::accepted);
  CHECK(p.answers[0].message_id == "m1");
  CHECK(counted(parts, "accepted", 1));
  talk.pass(std::chrono::hours(1));
  CHECK(talk.to_smsc().empty());
}

TEST_CASE("what the SMSC refuses is not tried again") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  posted p;
  parts.outbox.post(p.request(talk));
  parts.outbox.post(p.request(talk));
  talk.session.transmit(talk.now());
  const auto sent = talk.to_smsc();
  REQUIRE(sent.size() == 2);
  talk.smsc(pdus::header(command_id::submit_sm_resp, smpp::read_header(sent[0]).sequence_number,
                         command_status::ESME_RTHROTTLED) +
            pdus::header(command_id::generic_nack, smpp::read_header(sent[1]).sequence_number));
  talk.pass(std::chrono::minutes(1));
  CHECK(talk.to_smsc().empty());
  CHECK(talk.to_esme().empty());
  REQUIRE(p.answers.size() == 2);
  CHECK(p.answers[0].what == fate::refused);
  CHECK(p.answers[0].command_status == command_status::ESME_RTHROTTLED);
  CHECK(p.answers[1].what == fate::refused);
}

TEST_CASE("receivers and binds of others do not get it, the next bind that can does") {
  shared_parts parts;
  conversation receiver(parts), other(parts), transmitter(parts);
  receiver.bind("shop1", command_id::bind_receiver);
  other.bind("bank1");
  posted p;
  parts.outbox.post(p.request(receiver));
  receiver.pass(std::chrono::seconds(1));
  other.pass(std::chrono::seconds(1));
  CHECK(receiver.to_smsc().empty());
  CHECK(other.to_smsc().empty());
  transmitter.esme(pdus::bind(command_id::bind_transmitter, 1, "shop1"));
  transmitter.session.upstream_connected(smpp::default_alphabet::gsm7, transmitter.now());
  const auto bind = transmitter.to_smsc();
  transmitter.smsc(answer_to(bind.at(0), command_status::ESME_ROK, "SMSC"));
  CHECK(transmitter.to_smsc().size() == 1);
  CHECK(receiver.host.wakes + other.host.wakes == 0);
}

TEST_CASE("once, whichever of several system_ids takes it, and the preferred bind is the one that is woken") {
  shared_parts parts(make_config());
  conversation first(parts), second(parts), bank(parts);
  first.bind("shop1");
  second.bind("shop1");
  bank.bind("bank1");
  posted p;
  parts.outbox.post(p.request(first, {"shop1", "bank1"}), &second.host);
  CHECK(first.host.wakes == 0);
  CHECK(second.host.wakes == 1);
  CHECK(bank.host.wakes == 0);
  second.session.transmit(second.now());
  for (conversation* c : {&first, &bank})
    c->pass(std::chrono::seconds(1));
  CHECK(second.to_smsc().size() == 1);
  CHECK(first.to_smsc().empty());
  CHECK(bank.to_smsc().empty());
  parts.outbox.expire(first.now().steady + std::chrono::hours(1));
  CHECK(p.answers.empty());
}

TEST_CASE("what may have been sent is never sent again, what was not taken goes elsewhere") {
  shared_parts parts;
  conversation dying(parts), heir(parts);
  dying.bind("shop1");
  posted sent, waiting;
  parts.outbox.post(sent.request(dying));
  dying.session.transmit(dying.now());
  CHECK(dying.to_smsc().size() == 1);
  dying.session.set_unsent(leg::smsc, 1);  // the connection is stalled
  parts.outbox.post(waiting.request(dying));
  dying.pass(std::chrono::seconds(1));
  CHECK(dying.to_smsc().empty());
  dying.session.closed(leg::smsc, dying.now());
  REQUIRE(sent.answers.size() == 1);
  CHECK(sent.answers[0].what == fate::unanswered);
  heir.bind("shop1");
  CHECK(heir.to_smsc().size() == 1);
  CHECK(waiting.answers.empty());
  CHECK(counted(parts, "unanswered", 1));
}

TEST_CASE("nothing is taken by a bind that is about to part") {
  shared_parts parts;
  posted p;
  const auto parts_by = [&](const std::function<void(conversation&)>& go) {
    conversation talk(parts);
    talk.bind("shop1");
    go(talk);
    const std::size_t said = talk.to_smsc().size();
    parts.outbox.post(p.request(talk));
    CHECK(talk.host.wakes == 0);
    talk.pass(std::chrono::seconds(1));
    CHECK(talk.to_smsc().empty());
    parts.outbox.expire(talk.now().steady + std::chrono::hours(1));
    return said;
  };
  CHECK(parts_by([](conversation& c) { c.esme(pdus::header(command_id::unbind, 3)); }) == 1);
  CHECK(parts_by([](conversation& c) { c.smsc(pdus::header(command_id::unbind, 3)); }) == 0);
  CHECK(parts_by([](conversation& c) { c.session.drain(c.now()); }) == 1);
  CHECK(parts_by([](conversation& c) { c.session.closed(leg::esme, c.now()); }) == 0);
  CHECK(p.answers.size() == 4);
}

TEST_CASE("a draining bind waits for the answer, and unbinds then") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  posted p;
  parts.outbox.post(p.request(talk));
  talk.session.transmit(talk.now());
  const auto sent = talk.to_smsc();
  talk.session.drain(talk.now());
  CHECK(talk.to_smsc().empty());
  talk.smsc(answer_to(sent.at(0), command_status::ESME_ROK, "m1"));
  const auto unbind = talk.to_smsc();
  REQUIRE(unbind.size() == 1);
  CHECK(smpp::read_header(unbind[0]).command_id == command_id::unbind);
  CHECK(p.answers.size() == 1);
  talk.smsc(pdus::header(command_id::unbind_resp, smpp::read_header(unbind[0]).sequence_number));
  talk.esme(pdus::header(command_id::unbind_resp, smpp::read_header(talk.to_esme().at(0)).sequence_number));
  CHECK(talk.session.ended());
}

TEST_CASE("too late, it is dropped and counted") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.session.set_unsent(leg::smsc, 1);
  posted p;
  parts.outbox.post(p.request(talk));
  parts.outbox.expire(talk.now().steady + std::chrono::seconds(299));
  CHECK(p.answers.empty());
  talk.pass(std::chrono::minutes(5));
  talk.session.set_unsent(leg::smsc, 0);
  talk.session.transmit(talk.now());
  CHECK(talk.to_smsc().empty());  // also while nobody has looked
  parts.outbox.expire(talk.now().steady);
  REQUIRE(p.answers.size() == 1);
  CHECK(p.answers[0].what == fate::expired);
  CHECK(counted(parts, "expired", 1));
  CHECK(parts.outbox.empty());
  parts.outbox.post(p.request(talk, {}));
  CHECK(counted(parts, "expired", 2));
}

TEST_CASE("an answer that does not come is given up, and few are in flight at a time") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  posted p;
  for (int i = 0; i < 25; ++i)
    parts.outbox.post(p.request(talk));
  talk.session.transmit(talk.now());
  const auto sent = talk.to_smsc();
  CHECK(sent.size() == 10);
  talk.smsc(answer_to(sent.at(4), command_status::ESME_ROK, "m1"));
  CHECK(talk.to_smsc().size() == 1);
  talk.pass(std::chrono::minutes(11));  // the response_timeout is over, and so is the time of those that wait
  CHECK(p.answers.size() == 11);
  CHECK(p.answers.back().what == fate::unanswered);
  CHECK(talk.to_smsc().empty());
  parts.outbox.expire(talk.now().steady);
  CHECK(p.answers.size() == 25);
}

TEST_CASE("the memory of what waits is bounded") {
  shared_parts parts;
  conversation talk(parts);
  outbox small(parts.metrics, 2);
  posted p;
  for (int i = 0; i < 3; ++i)
    small.post(p.request(talk));
  REQUIRE(p.answers.size() == 1);
  CHECK(p.answers[0].what == fate::dropped);
}
