// A listener and the SMSC, played by the test.
#include "proxy/session/listening_session.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using namespace std::chrono_literals;
using smpp::command_id;
using smpp::command_status;

namespace {

class store_to_be : public listening_host {
 public:
  void record(reply r, std::uint32_t ticket) override {
    recorded.insert(recorded.end(), r.events.begin(), r.events.end());
    record_tickets.push_back(ticket);
  }
  bool keep(smpp::octets pdu, store::number about, std::uint32_t ticket) override {
    if (full) return false;
    kept.emplace_back(pdu.begin(), pdu.end());
    persons.push_back(about.digits);
    keep_tickets.push_back(ticket);
    return true;
  }
  bool full = false;
  std::vector<store::event> recorded;
  std::vector<std::uint32_t> record_tickets, keep_tickets;
  std::vector<smpp::buffer> kept;
  std::vector<std::uint64_t> persons;
};

struct one_listener {
  shared_parts parts;
  store_to_be host;
  moment now{std::chrono::steady_clock::now(), store::now()};
  listening_session session;

  explicit one_listener(config c = make_config())
      : parts(std::move(c)),
        session({"shop1", "heard", "EAR", {{{"smsc", 2775}, smpp::default_alphabet::gsm7}}}, parts.policy,
                parts.replies, parts.metrics, host, now, 7) {}

  std::vector<smpp::buffer> sent() {
    std::vector<smpp::buffer> pdus;
    smpp::octets rest = session.output();
    while (!rest.empty()) {
      const std::size_t length = smpp::next_frame(rest, 1U << 20U).length;
      pdus.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
      rest = rest.subspan(length);
    }
    session.output().clear();
    return pdus;
  }
  std::vector<std::pair<command_id, command_status>> said() {
    std::vector<std::pair<command_id, command_status>> all;
    for (const smpp::buffer& pdu : sent())
      all.emplace_back(smpp::read_header(pdu).command_id, smpp::read_header(pdu).command_status);
    return all;
  }
  void smsc(const smpp::buffer& octets) { REQUIRE(session.received(octets, now) == octets.size()); }
  void pass(std::chrono::milliseconds time) {
    now.steady += time;
    now.wall += time;
    session.tick(now);
  }
  void connect() {
    REQUIRE(session.wants_connection(now));
    session.begin(now);
    session.connected(session.settings().upstreams.front(), now);
  }
  void answer_bind(command_status status = command_status::ESME_ROK) {
    const auto bind = sent();
    REQUIRE(bind.size() == 1);
    smsc(pdus::with_text(command_id::bind_receiver_resp, status, smpp::read_header(bind[0]).sequence_number, "SMSC"));
  }
  void bind() {
    connect();
    answer_bind();
    REQUIRE(session.bound());
  }
  // How long it stays away, to a tenth of a second.
  std::chrono::milliseconds stays_away() {
    std::chrono::milliseconds time{0};
    for (; !session.wants_connection(now) && time < 200s; time += 100ms)
      pass(100ms);
    return time;
  }
};

using said = std::vector<std::pair<command_id, command_status>>;
const said taken{{command_id::deliver_sm_resp, command_status::ESME_ROK}};
const said again{{command_id::deliver_sm_resp, command_status::ESME_RX_T_APPN}};
const said parting{{command_id::unbind, command_status::ESME_ROK}};

}  // namespace

TEST_CASE("a listener binds as a receiver") {
  one_listener l;
  l.connect();
  const auto bind = l.sent();
  REQUIRE(bind.size() == 1);
  CHECK(std::string(bind[0].begin() + 16, bind[0].end()) == std::string("shop1\0heard\0EAR\0\x34\0\0\0", 20));
  CHECK(smpp::read_header(bind[0]).command_id == command_id::bind_receiver);
  CHECK(smpp::read_header(bind[0]).command_length == bind[0].size());
}

TEST_CASE("what is delivered is acknowledged once it is kept, whatever it is") {
  one_listener l;
  l.bind();
  const smpp::buffer hello = pdus::deliver_sm(5, "hello"), data = pdus::data_sm(6, "33699999999", "36111");
  l.smsc(hello);
  l.smsc(data);
  CHECK(l.said().empty());
  CHECK(l.host.kept == std::vector<smpp::buffer>{hello, data});
  CHECK(l.host.persons == std::vector<std::uint64_t>{33612345678, 33699999999});
  CHECK(l.host.recorded.empty());
  l.session.kept(l.host.keep_tickets[1], true, l.now);
  CHECK(l.said() == said{{command_id::data_sm_resp, command_status::ESME_ROK}});
  l.session.kept(l.host.keep_tickets[0], false, l.now);
  const auto answers = l.sent();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].size() == 17);  // an empty message_id
  CHECK(smpp::read_header(answers[0]).sequence_number == 5);
  CHECK(smpp::read_header(answers[0]).command_status == command_status::ESME_RX_T_APPN);
}

TEST_CASE("a STOP is acknowledged once it is on record and kept, in whichever order") {
  const bool record_first = GENERATE(true, false);
  const bool recorded = GENERATE(true, false), kept = GENERATE(true, false);
  one_listener l;
  l.bind();
  l.smsc(pdus::deliver_sm(5, "STOP"));
  REQUIRE(l.host.recorded.size() == 1);
  CHECK(l.host.recorded[0].kind == store::event_kind::opt_out);
  REQUIRE(l.host.kept.size() == 1);
  const auto record = [&] { l.session.recorded(l.host.record_tickets[0], recorded, l.now); };
  const auto keep = [&] { l.session.kept(l.host.keep_tickets[0], kept, l.now); };
  record_first ? record() : keep();
  CHECK(l.said().empty());
  record_first ? keep() : record();
  CHECK(l.said() == (recorded && kept ? taken : again));
}

TEST_CASE("without room the SMSC is to try again, and a STOP goes on record all the same") {
  one_listener l;
  l.bind();
  l.host.full = true;
  l.smsc(pdus::deliver_sm(5, "hello"));
  CHECK(l.said() == again);
  l.smsc(pdus::deliver_sm(6, "STOP"));
  CHECK(l.said().empty());
  REQUIRE(l.host.recorded.size() == 1);
  l.session.recorded(l.host.record_tickets[0], true, l.now);
  CHECK(l.said() == again);
}

TEST_CASE("what cannot be read is kept as it is") {
  one_listener l;
  l.bind();
  smpp::buffer broken = pdus::deliver_sm(5, "hello");
  broken.resize(24);
  pdus::close(broken);
  l.smsc(broken);
  CHECK(l.host.kept == std::vector<smpp::buffer>{broken});
  CHECK(l.host.persons == std::vector<std::uint64_t>{0});
}

TEST_CASE("a sender who comes waits for what is being written, and no longer") {
  one_listener l;
  l.bind();
  l.smsc(pdus::deliver_sm(5, "hello"));
  l.session.yield(l.now);
  CHECK(l.said().empty());
  l.smsc(pdus::deliver_sm(6, "later"));  // it is delivered again, to the sender
  CHECK(l.host.kept.size() == 1);
  SECTION("it is written") {
    l.session.kept(l.host.keep_tickets[0], true, l.now);
    CHECK(l.said() == said{taken[0], parting[0]});
    l.smsc(pdus::deliver_sm(7, "later still"));
    CHECK(l.said().empty());
    l.smsc(pdus::header(command_id::unbind_resp, 2));
    CHECK(l.session.wants_close());
  }
  SECTION("it takes too long") {
    l.pass(2s);
  }
  SECTION("the SMSC does not answer the unbind") {
    l.session.kept(l.host.keep_tickets[0], true, l.now);
    l.said();
    l.pass(1900ms);
    CHECK_FALSE(l.session.wants_close());
    l.pass(100ms);
  }
  CHECK(l.session.wants_close());
  l.session.closed(l.now);
  CHECK(l.session.away());
  CHECK(l.stays_away() == 3s);  // the sender has time to try twice
}

TEST_CASE("a sender who comes while the listener is on its way") {
  one_listener l;
  SECTION("connecting") {
    l.session.begin(l.now);
    l.session.yield(l.now);
    CHECK(l.session.away());
  }
  SECTION("binding") {
    l.connect();
    l.session.yield(l.now);
    CHECK_FALSE(l.session.wants_close());
    l.answer_bind();
    CHECK(l.said() == parting);
    l.smsc(pdus::header(command_id::unbind_resp, 2));
    CHECK(l.session.wants_close());
  }
  SECTION("refused meanwhile") {
    l.connect();
    l.session.yield(l.now);
    l.answer_bind(command_status::ESME_RALYBND);
    CHECK(l.session.wants_close());
    l.session.closed(l.now);
    CHECK_FALSE(l.session.wants_connection(l.now));
  }
}

TEST_CASE("each failure makes it wait longer, a bind that lasted begins anew") {
  one_listener l;
  std::chrono::milliseconds whole = 1s;
  for (int i = 0; i < 9; ++i) {
    switch (i % 4) {
      case 0:
        l.session.begin(l.now);
        l.session.failed(l.now);
        break;
      case 1:
        l.connect();
        l.answer_bind(command_status::ESME_RALYBND);
        CHECK(l.session.wants_close());
        l.session.closed(l.now);
        break;
      case 2:
        l.bind();
        l.session.closed(l.now);
        break;
      default:
        l.connect();
        l.sent();
        l.pass(10s);
        CHECK(l.session.wants_close());
        l.session.closed(l.now);
    }
    const auto pause = l.stays_away();
    CHECK(pause >= whole / 2);
    CHECK(pause <= whole + 100ms);
    whole = std::min<std::chrono::milliseconds>(whole * 2, 60s);
  }
  l.bind();
  for (int i = 0; i < 8; ++i) {
    l.pass(10s);
    l.smsc(pdus::header(command_id::enquire_link, 9));
  }
  l.sent();
  l.session.closed(l.now);
  CHECK(l.stays_away() <= 1100ms);
}

TEST_CASE("two listeners do not wait equally long") {
  backoff one(1), other(2);
  bool differ = false;
  for (int i = 0; i < 10; ++i)
    differ |= one.next() != other.next();
  CHECK(differ);
}

TEST_CASE("the line is kept alive, and a dead one is noticed") {
  one_listener l;
  l.bind();
  l.pass(29s);
  CHECK(l.said().empty());
  l.pass(1s);
  const auto asked = l.sent();
  REQUIRE(asked.size() == 1);
  CHECK(smpp::read_header(asked[0]).command_id == command_id::enquire_link);
  l.smsc(pdus::header(command_id::enquire_link_resp, smpp::read_header(asked[0]).sequence_number));
  l.pass(30s);
  CHECK(l.said() == said{{command_id::enquire_link, command_status::ESME_ROK}});
  l.pass(14s);
  CHECK_FALSE(l.session.wants_close());
  l.pass(1s);
  CHECK(l.session.wants_close());
}

TEST_CASE("what else the SMSC may say") {
  one_listener l;
  l.bind();
  l.smsc(pdus::header(command_id::enquire_link, 3));
  CHECK(l.said() == said{{command_id::enquire_link_resp, command_status::ESME_ROK}});
  l.smsc(pdus::header(command_id::alert_notification, 4));
  CHECK(l.said().empty());
  l.smsc(pdus::header(command_id::submit_sm, 5));
  CHECK(l.said() == said{{command_id::generic_nack, command_status::ESME_RINVCMDID}});
  l.smsc(pdus::header(command_id::submit_sm_resp, 5));
  CHECK(l.session.bound());
  SECTION("unbind") {
    l.smsc(pdus::header(command_id::unbind, 6));
    CHECK(l.said() == said{{command_id::unbind_resp, command_status::ESME_ROK}});
  }
  SECTION("what is no PDU") {
    smpp::buffer nonsense(16, 0xff);
    l.session.received(nonsense, l.now);
    CHECK(l.said() == said{{command_id::generic_nack, command_status::ESME_RINVCMDLEN}});
  }
  CHECK(l.session.wants_close());
}

TEST_CASE("PDUs may arrive octet by octet") {
  one_listener l;
  l.connect();
  const auto bind = l.sent();
  smpp::buffer all = pdus::operator+(pdus::with_text(command_id::bind_receiver_resp, command_status::ESME_ROK,
                                                     smpp::read_header(bind.at(0)).sequence_number, "SMSC"),
                                     pdus::operator+(pdus::deliver_sm(5, "hello"), pdus::deliver_sm(6, "STOP")));
  smpp::buffer waiting;
  for (const std::uint8_t octet : all) {
    waiting.push_back(octet);
    const std::size_t took = l.session.received(waiting, l.now);
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(took));
  }
  CHECK(waiting.empty());
  CHECK(l.host.kept.size() == 2);
  CHECK(l.host.recorded.size() == 1);
}

TEST_CASE("it takes no more than it can answer for") {
  one_listener l;
  l.bind();
  smpp::buffer many;
  for (std::uint32_t i = 0; i < 300; ++i)
    many = pdus::operator+(many, pdus::deliver_sm(i + 1, "hello"));
  const std::size_t took = l.session.received(many, l.now);
  CHECK(took < many.size());
  CHECK(l.host.kept.size() == 256);
  CHECK_FALSE(l.session.may_take());
  l.session.kept(l.host.keep_tickets[0], true, l.now);
  CHECK(l.session.may_take());
}

TEST_CASE("a listener that is stopped does not come back") {
  one_listener l;
  l.bind();
  l.session.stop(l.now);
  CHECK(l.said() == parting);
  l.smsc(pdus::header(command_id::unbind_resp, 2));
  l.session.closed(l.now);
  CHECK(l.session.away());
  l.pass(300s);
  CHECK_FALSE(l.session.wants_connection(l.now));
}
