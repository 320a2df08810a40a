#include "proxy/session/session.h"

#include "smpp/bind.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;

namespace {

using pdu_list = std::vector<smpp::buffer>;

smpp::header header_of(const smpp::buffer& pdu) {
  return smpp::read_header(pdu);
}

smpp::buffer renumbered(smpp::buffer pdu, std::uint32_t sequence_number) {
  smpp::write_u32(pdu.data() + 12, sequence_number);
  return pdu;
}

constexpr std::uint64_t alice = 33612345678;

}  // namespace

TEST_CASE("before a bind the gate answers by itself") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::header(command_id::enquire_link, 5) + pdus::submit_sm(6) + pdus::header(command_id{0x10200}, 7) +
            pdus::header(command_id::submit_sm_resp, 8));
  const auto answers = talk.to_esme();
  REQUIRE(answers.size() == 3);
  CHECK(answers[0] == pdus::header(command_id::enquire_link_resp, 5));
  CHECK(answers[1] == pdus::header(command_id::submit_sm_resp, 6, command_status::ESME_RINVBNDSTS));
  CHECK(answers[2] == pdus::header(command_id::generic_nack, 7, command_status::ESME_RINVBNDSTS));
  CHECK(talk.session.wanted(leg::esme) == session::wish::open);
  talk.esme(pdus::header(command_id::unbind, 9));
  CHECK(talk.to_esme().at(0) == pdus::header(command_id::unbind_resp, 9));
  CHECK(talk.session.wanted(leg::esme) == session::wish::close_when_sent);
}

TEST_CASE("the bind goes upstream as it came, and its answer comes back") {
  shared_parts parts;
  conversation talk(parts);
  const auto bind = pdus::bind(command_id::bind_receiver, 77, "shop1");
  talk.esme(bind);
  CHECK(talk.upstreams_wanted == 1);
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  const std::uint32_t number = header_of(forwarded[0]).sequence_number;
  CHECK(forwarded[0] == renumbered(bind, number));
  const auto answer = pdus::with_text(command_id::bind_receiver_resp, command_status::ESME_ROK, number, "SMSC");
  talk.smsc(answer);
  CHECK(talk.to_esme().at(0) == renumbered(answer, 77));
  CHECK(talk.session.bound());
}

TEST_CASE("a refused bind comes back, and another may follow on the same connections") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transceiver, 1, "shop1"));
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  talk.smsc(pdus::header(command_id::bind_transceiver_resp, header_of(talk.to_smsc().at(0)).sequence_number,
                         command_status{0x0E}));
  CHECK(talk.to_esme().at(0) == pdus::header(command_id::bind_transceiver_resp, 1, command_status{0x0E}));
  CHECK_FALSE(talk.session.bound());
  talk.esme(pdus::bind(command_id::bind_transceiver, 2, "shop1"));
  CHECK(talk.upstreams_wanted == 1);
  CHECK(header_of(talk.to_smsc().at(0)).command_id == command_id::bind_transceiver);
}

TEST_CASE("an SMSC that refused the bind may ask whether the line lives, and hang up") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transceiver, 1, "shop1"));
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  talk.smsc(pdus::header(command_id::bind_transceiver_resp, header_of(talk.to_smsc().at(0)).sequence_number,
                         command_status{0x0E}) +
            pdus::header(command_id::enquire_link, 70) + pdus::header(command_id::enquire_link, 71));
  const auto to_esme = talk.to_esme();
  REQUIRE(to_esme.size() == 3);
  talk.esme(pdus::header(command_id::enquire_link_resp, header_of(to_esme[1]).sequence_number));
  CHECK(talk.to_smsc() == pdu_list{pdus::header(command_id::enquire_link_resp, 70)});
  talk.session.closed(leg::smsc, talk.now());
  CHECK(talk.session.wanted(leg::smsc) == session::wish::close_now);
  CHECK(talk.session.wanted(leg::esme) == session::wish::open);
  // What it asked last is nobody's business any more, least of all the next SMSC's.
  talk.esme(pdus::bind(command_id::bind_transceiver, 2, "shop1"));
  CHECK(talk.upstreams_wanted == 2);
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  CHECK(talk.session.wanted(leg::smsc) == session::wish::open);
  talk.smsc(pdus::header(command_id::bind_transceiver_resp, header_of(talk.to_smsc().at(0)).sequence_number));
  talk.esme(pdus::header(command_id::enquire_link_resp, header_of(to_esme[2]).sequence_number));
  CHECK(talk.to_smsc().empty());
}

TEST_CASE("a bind that nobody will answer any more: ESME_RBINDFAIL") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_receiver, 3, "shop1"));
  SECTION("the SMSC says nothing") {
    talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
    talk.pass(std::chrono::seconds(31));
  }
  SECTION("the gate stops") {
    talk.session.drain(talk.now());
  }
  CHECK(talk.to_esme().at(0) == pdus::header(command_id::bind_receiver_resp, 3, command_status::ESME_RBINDFAIL));
  CHECK(talk.session.wanted(leg::esme) == session::wish::close_when_sent);
}

TEST_CASE("an SMSC that hangs up without an answer to the bind: the next one gets it, whole") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_receiver, 3, "shop1"));
  CHECK(!talk.session.bind_dropped());
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  const auto first = talk.to_smsc();
  talk.smsc(pdus::header(command_id::enquire_link, 70));
  talk.session.closed(leg::smsc, talk.now());
  talk.turn();
  CHECK(talk.upstreams_wanted == 2);
  CHECK(talk.session.bind_dropped());
  CHECK(talk.session.wanted(leg::esme) == session::wish::open);
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  const auto second = talk.to_smsc();
  REQUIRE(second.size() == 1);
  CHECK(smpp::buffer(second[0].begin() + 16, second[0].end()) ==
        smpp::buffer(first.at(0).begin() + 16, first[0].end()));
  SECTION("which takes it") {
    talk.smsc(pdus::header(command_id::bind_receiver_resp, header_of(second[0]).sequence_number));
    CHECK(talk.to_esme().back() == pdus::header(command_id::bind_receiver_resp, 3));
    CHECK(talk.session.bound());
  }
  SECTION("or hangs up, too, and there is no other") {
    talk.session.closed(leg::smsc, talk.now());
    talk.turn();
    CHECK(talk.upstreams_wanted == 3);
    talk.session.upstream_failed(talk.now());
    CHECK(talk.to_esme().back() == pdus::header(command_id::bind_receiver_resp, 3, command_status::ESME_RBINDFAIL));
    CHECK(talk.session.wanted(leg::esme) == session::wish::open);
    talk.esme(pdus::bind(command_id::bind_receiver, 4, "shop1"));
    CHECK(talk.upstreams_wanted == 4);
    CHECK(!talk.session.bind_dropped());
  }
}

TEST_CASE("no upstream: ESME_RBINDFAIL") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transmitter, 3, "shop1"));
  talk.session.upstream_failed(talk.now());
  CHECK(talk.to_esme().at(0) == pdus::header(command_id::bind_transmitter_resp, 3, command_status::ESME_RBINDFAIL));
  CHECK(talk.session.wanted(leg::esme) == session::wish::open);
}

TEST_CASE("what the sender says before the bind is answered waits; what the SMSC says does not") {
  shared_parts parts;
  conversation talk(parts);
  talk.esme(pdus::bind(command_id::bind_transceiver, 1, "shop1") + pdus::header(command_id::query_sm, 2));
  talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  talk.smsc(pdus::deliver_sm(50, "hello"));
  CHECK(header_of(talk.to_esme().at(0)).command_id == command_id::deliver_sm);
  talk.smsc(pdus::with_text(command_id::bind_transceiver_resp, command_status::ESME_ROK,
                            header_of(forwarded[0]).sequence_number, "SMSC"));
  talk.turn();
  CHECK(header_of(talk.to_smsc().at(0)).command_id == command_id::query_sm);
}

TEST_CASE("a consented submit crosses, its answer comes back under the sender's number") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  const auto submit = pdus::submit_sm(0x7FFFFFFF);
  talk.esme(submit + submit);
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 2);
  const std::uint32_t first = header_of(forwarded[0]).sequence_number, second = header_of(forwarded[1]).sequence_number;
  CHECK(first != second);
  CHECK(forwarded[0] == renumbered(submit, first));
  // The second is answered first; both carry the sender's number.
  talk.smsc(pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK, second, "two") +
            pdus::with_text(command_id::submit_sm_resp, command_status{0x40A}, first, "one"));
  const auto answers = talk.to_esme();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0] == pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK, 0x7FFFFFFF, "two"));
  CHECK(answers[1] == pdus::with_text(command_id::submit_sm_resp, command_status{0x40A}, 0x7FFFFFFF, "one"));
}

TEST_CASE("without consent nothing goes upstream") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(9) + pdus::data_sm(10, "36111", "33612345678"));
  CHECK(talk.to_smsc().empty());
  const auto answers = talk.to_esme();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0] == pdus::header(command_id::submit_sm_resp, 9, command_status::ESME_RSUBMITFAIL));
  CHECK(answers[1] == pdus::header(command_id::data_sm_resp, 10, command_status::ESME_RSUBMITFAIL));
  CHECK(parts.metrics.text().find(
            "consentgate_submits_total{reason=\"no_consent\",sender=\"shop\",verdict=\"refused\"} 2") !=
        std::string::npos);
}

TEST_CASE("nobody borrows another's address") {
  shared_parts parts;
  parts.consent(alice, "shop");
  for (const std::string source : {"36222", "+36222", "0036222", " 36222", "36 222", "3-6222", "+0036222"}) {
    CAPTURE(source);
    conversation talk(parts);
    talk.bind("shop1");
    pdus::sm m;
    m.source = source;
    talk.esme(pdus::submit_sm(1, m));
    CHECK(talk.to_smsc().empty());
    CHECK(header_of(talk.to_esme().at(0)).command_status == command_status::ESME_RSUBMITFAIL);
  }
  conversation talk(parts);
  talk.bind("stranger");
  pdus::sm m;
  m.source = "shop";
  m.source_ton = 5;
  talk.esme(pdus::submit_sm(1, m));
  CHECK(talk.to_smsc().empty());
}

TEST_CASE("a submit that cannot be decoded is answered, and the session lives") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  auto cut = pdus::submit_sm(4);
  cut.resize(40);
  pdus::close(cut);
  talk.esme(cut + pdus::submit_sm(5));
  CHECK(talk.to_esme().at(0) == pdus::header(command_id::submit_sm_resp, 4, command_status::ESME_RINVMSGLEN));
  CHECK(talk.to_smsc().size() == 1);
}

TEST_CASE("a second bind is answered by the gate") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::bind(command_id::bind_transmitter, 8, "bank1"));
  CHECK(talk.to_esme().at(0) == pdus::header(command_id::bind_transmitter_resp, 8, command_status::ESME_RALYBND));
  CHECK(talk.to_smsc().empty());
}

TEST_CASE("submit_multi: the refused are taken out and reported in the answer") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_multi(20, {"33600000001", "33612345678", "=everybody"}));
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  const std::uint32_t number = header_of(forwarded[0]).sequence_number;
  CHECK(forwarded[0] == renumbered(pdus::submit_multi(20, {"33612345678"}), number));
  talk.smsc(pdus::submit_multi_resp(number, "id", {}));
  CHECK(talk.to_esme().at(0) == pdus::submit_multi_resp(20, "id", {{"33600000001"}, {"everybody", 0, 0}}));
  talk.esme(pdus::submit_multi(21, {"33600000001", "=everybody"}));
  CHECK(talk.to_smsc().empty());
  CHECK(header_of(talk.to_esme().at(0)).command_status == command_status::ESME_RSUBMITFAIL);
}

TEST_CASE("broadcast_sm is refused unless the sender is exempt") {
  shared_parts parts;
  auto broadcast = pdus::header(command_id::broadcast_sm, 3);
  pdus::text(broadcast, "");
  pdus::octets(broadcast, {0, 1});
  auto from_shop = broadcast, from_bank = broadcast;
  pdus::text(from_shop, "36111");
  pdus::text(from_bank, "36222");
  pdus::close(from_shop);
  pdus::close(from_bank);
  conversation shop(parts), bank(parts);
  shop.bind("shop1");
  shop.esme(from_shop);
  CHECK(shop.to_smsc().empty());
  CHECK(header_of(shop.to_esme().at(0)).command_id == command_id::broadcast_sm_resp);
  bank.bind("bank1");
  bank.esme(from_bank);
  CHECK(bank.to_smsc().size() == 1);
}

TEST_CASE("a STOP goes on to the sender, and is answered only when it is on disk") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.smsc(pdus::deliver_sm(90, "Stop!"));
  const auto delivered = talk.to_esme();
  REQUIRE(delivered.size() == 1);
  REQUIRE(talk.host.recorded.size() == 1);
  const store::event& e = talk.host.recorded[0];
  CHECK(e.kind == store::event_kind::opt_out);
  CHECK(e.who.digits == alice);
  CHECK(store::to_string(e.scope) == "group:retail");
  CHECK(e.method == store::consent_method::mo_keyword);
  CHECK(e.evidence.find("\"text\":\"Stop!\"") != std::string::npos);
  const auto answer = pdus::with_text(command_id::deliver_sm_resp, command_status::ESME_ROK,
                                      header_of(delivered[0]).sequence_number, "");
  SECTION("the sender answers first") {
    talk.esme(answer);
    CHECK(talk.to_smsc().empty());
    talk.session.recorded(talk.host.tickets.at(0), true, talk.now());
    CHECK(talk.to_smsc().at(0) == renumbered(answer, 90));
  }
  SECTION("the disk answers first") {
    talk.session.recorded(talk.host.tickets.at(0), true, talk.now());
    CHECK(talk.to_smsc().empty());
    talk.esme(answer);
    CHECK(talk.to_smsc().at(0) == renumbered(answer, 90));
  }
  SECTION("it cannot be stored: the SMSC must send it again, whatever the sender says") {
    talk.session.recorded(talk.host.tickets.at(0), false, talk.now());
    CHECK(talk.to_smsc().at(0) == pdus::with_text(command_id::deliver_sm_resp, command_status::ESME_RX_T_APPN, 90, ""));
    talk.esme(answer);
    CHECK(talk.to_smsc().empty());
  }
}

TEST_CASE("a STOP that the sender never answers is forgotten, and its late answer goes nowhere") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.smsc(pdus::deliver_sm(90, "STOP"));
  const std::uint32_t number = header_of(talk.to_esme().at(0)).sequence_number;
  talk.session.recorded(talk.host.tickets.at(0), true, talk.now());
  talk.pass(std::chrono::minutes(11));
  talk.esme(pdus::header(command_id::deliver_sm_resp, number));
  CHECK(talk.to_smsc().empty());
  CHECK(parts.metrics.text().find("consentgate_stray_answers_total{leg=\"esme\"} 1") != std::string::npos);
}

TEST_CASE("who and what does not opt out") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  pdus::sm receipt;
  receipt.source = "33612345678";
  receipt.source_ton = 1;
  receipt.text = "STOP";
  SECTION("a receipt") {
    receipt.esm_class = 0x04;
  }
  SECTION("an acknowledgement") {
    receipt.esm_class = 0x10;
  }
  SECTION("a receipt that hides its class") {
    receipt.optional_parameters = std::string("\x00\x1E\x00\x02z\0", 6);
  }
  SECTION("a short code") {
    receipt.source = "36999";
  }
  SECTION("an alphanumeric address") {
    receipt.source = "33612345678";
    receipt.source_ton = 5;
  }
  SECTION("another text") {
    receipt.text = "bus stop";
  }
  talk.smsc(pdus::short_message(command_id::deliver_sm, 1, receipt));
  CHECK(talk.host.recorded.empty());
  CHECK(talk.to_esme().size() == 1);
}

TEST_CASE("a STOP is heard although its optional parameters are broken") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  pdus::sm m;
  m.source = "33612345678";
  m.source_ton = 1;
  m.text = "STOP";
  m.optional_parameters = std::string("\x04\x24\x00\x10", 4);
  talk.smsc(pdus::short_message(command_id::deliver_sm, 1, m));
  CHECK(talk.host.recorded.size() == 1);
}

TEST_CASE("STOP ALL covers everybody; START lifts for one sender") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.smsc(pdus::deliver_sm(1, "stop all") + pdus::deliver_sm(2, "START"));
  REQUIRE(talk.host.recorded.size() == 2);
  CHECK(store::to_string(talk.host.recorded[0].scope) == "all");
  CHECK(talk.host.recorded[1].kind == store::event_kind::opt_in);
  CHECK(store::to_string(talk.host.recorded[1].scope) == "sender:shop");
}

TEST_CASE("a STOP in two parts counts, in any order, on any bind") {
  shared_parts parts;
  const auto part = [](std::uint32_t sequence, char segment, const std::string& words) {
    pdus::sm m;
    m.source = "33612345678";
    m.source_ton = 1;
    m.destination = "36111";
    m.destination_ton = 0;
    m.esm_class = 0x40;
    m.text = std::string("\x05\x00\x03\x2A\x02", 5) + segment + words;
    return pdus::short_message(command_id::deliver_sm, sequence, m);
  };
  conversation one(parts), two(parts);
  one.bind("shop1");
  two.bind("shop1");
  one.smsc(part(1, 2, "P"));
  CHECK(one.host.recorded.empty());
  two.smsc(part(1, 1, "STO"));
  REQUIRE(two.host.recorded.size() == 1);
  CHECK(two.host.recorded[0].evidence.find("\"text\":\"STOP\"") != std::string::npos);
  // Not acknowledged, so it comes again: still a STOP.
  two.smsc(part(2, 1, "STO"));
  CHECK(two.host.recorded.size() == 2);
}

TEST_CASE("unbind crosses and ends both legs once it is answered") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::header(command_id::unbind, 30));
  const auto forwarded = talk.to_smsc();
  CHECK(header_of(forwarded.at(0)).command_id == command_id::unbind);
  CHECK(talk.session.wanted(leg::esme) == session::wish::open);
  talk.smsc(pdus::header(command_id::unbind_resp, header_of(forwarded[0]).sequence_number));
  CHECK(talk.to_esme().at(0) == pdus::header(command_id::unbind_resp, 30));
  CHECK(talk.session.wanted(leg::esme) == session::wish::close_when_sent);
  CHECK(talk.session.wanted(leg::smsc) == session::wish::close_when_sent);
}

TEST_CASE("a sender that shuts its side gets the answers to what it has sent") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("bank1");
  talk.esme(pdus::header(command_id::query_sm, 1));
  const std::uint32_t number = header_of(talk.to_smsc().at(0)).sequence_number;
  talk.session.finished(leg::esme, talk.now());
  CHECK(talk.session.wanted(leg::smsc) == session::wish::shut_when_sent);
  CHECK(talk.session.wanted(leg::esme) == session::wish::open);
  talk.smsc(pdus::deliver_sm(90, "STOP"));  // nobody can take it: it comes again
  CHECK(talk.host.recorded.empty());
  SECTION("all of them") {
    talk.smsc(pdus::header(command_id::query_sm_resp, number));
    CHECK(talk.to_esme() == pdu_list{pdus::header(command_id::query_sm_resp, 1)});
  }
  SECTION("within seconds") {
    talk.pass(std::chrono::seconds(4));
    CHECK_FALSE(talk.session.ended());
    talk.pass(std::chrono::seconds(1));
  }
  SECTION("unless it is gone altogether") {
    talk.session.closed(leg::esme, talk.now());
  }
  SECTION("or the SMSC is") {
    talk.session.finished(leg::smsc, talk.now());
  }
  CHECK(talk.session.ended());
  CHECK(talk.session.wanted(leg::smsc) != session::wish::shut_when_sent);
}

TEST_CASE("what stands before broken framing in the same octets is decided, and answered before it") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  smpp::buffer broken = pdus::header(command_id::enquire_link, 12);
  smpp::write_u32(broken.data(), 3);
  talk.esme(pdus::submit_sm(6) + pdus::submit_sm(7) + broken);
  const auto answers = talk.to_esme();
  REQUIRE(answers.size() == 3);
  CHECK(answers[0] == pdus::header(command_id::submit_sm_resp, 6, command_status::ESME_RSUBMITFAIL));
  CHECK(answers[1] == pdus::header(command_id::submit_sm_resp, 7, command_status::ESME_RSUBMITFAIL));
  CHECK(answers[2] == pdus::header(command_id::generic_nack, 12, command_status::ESME_RINVCMDLEN));
}

TEST_CASE("framing lost") {
  shared_parts parts;
  conversation talk(parts);
  SECTION("after a bind: generic_nack and close") {
    talk.bind("shop1");
    auto broken = pdus::header(command_id::enquire_link, 12);
    smpp::write_u32(broken.data(), 15);
    talk.esme(broken);
    CHECK(talk.to_esme().at(0) == pdus::header(command_id::generic_nack, 12, command_status::ESME_RINVCMDLEN));
    CHECK(talk.session.wanted(leg::esme) == session::wish::close_when_sent);
    CHECK(talk.session.wanted(leg::smsc) == session::wish::close_when_sent);
  }
  SECTION("before a bind, something else than SMPP: not a byte") {
    const std::string http = "GET / HTTP/1.1\r\n\r\n";
    talk.esme(smpp::buffer(http.begin(), http.end()));
    CHECK(talk.to_esme().empty());
    CHECK(talk.session.wanted(leg::esme) == session::wish::close_now);
  }
  SECTION("a header that is never whole") {
    talk.bind("shop1");
    talk.esme({0, 0, 0, 3});
    CHECK(talk.to_esme().empty());
    talk.pass(std::chrono::seconds(2));
    CHECK(talk.to_esme().at(0) == pdus::header(command_id::generic_nack, 0, command_status::ESME_RINVCMDLEN));
  }
}

TEST_CASE("time to bind, inactivity") {
  config c = make_config();
  c.limits.inactivity_timeout = std::chrono::seconds(60);
  shared_parts parts(c);
  conversation silent(parts), idle(parts);
  silent.pass(std::chrono::seconds(29));
  CHECK_FALSE(silent.session.ended());
  silent.pass(std::chrono::seconds(2));
  CHECK(silent.session.ended());
  idle.bind("shop1");
  idle.pass(std::chrono::seconds(59));
  CHECK(idle.to_esme().empty());
  idle.esme({0, 0, 0, 16, 0});  // less than a PDU is not activity
  idle.pass(std::chrono::seconds(2));
  CHECK(header_of(idle.to_esme().at(0)).command_id == command_id::unbind);
  CHECK(header_of(idle.to_smsc().at(0)).command_id == command_id::unbind);
}

TEST_CASE("draining: answers in flight are delivered, then both legs are unbound") {
  shared_parts parts;
  parts.consent(alice, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::submit_sm(1));
  const auto forwarded = talk.to_smsc();
  talk.session.drain(talk.now());
  talk.esme(pdus::submit_sm(2));
  CHECK(talk.to_smsc().empty());
  talk.smsc(pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK,
                            header_of(forwarded.at(0)).sequence_number, "x"));
  const auto to_esme = talk.to_esme(), to_smsc = talk.to_smsc();
  REQUIRE(to_esme.size() == 2);
  CHECK(header_of(to_esme[0]).command_id == command_id::submit_sm_resp);
  CHECK(header_of(to_esme[1]).command_id == command_id::unbind);
  REQUIRE(to_smsc.size() == 1);
  talk.esme(pdus::header(command_id::unbind_resp, header_of(to_esme[1]).sequence_number));
  talk.smsc(pdus::header(command_id::unbind_resp, header_of(to_smsc[0]).sequence_number));
  CHECK(talk.session.ended());
}

TEST_CASE("draining: what stays unanswered does not keep the gate from unbinding in time") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("bank1");
  talk.esme(pdus::header(command_id::query_sm, 1));
  talk.to_smsc();
  talk.session.drain(talk.now());
  talk.pass(std::chrono::seconds(24));
  CHECK(talk.to_esme().empty());
  talk.pass(std::chrono::seconds(1));
  const auto to_esme = talk.to_esme(), to_smsc = talk.to_smsc();
  REQUIRE(to_esme.size() == 1);
  REQUIRE(to_smsc.size() == 1);
  CHECK(header_of(to_esme[0]).command_id == command_id::unbind);
  CHECK(header_of(to_smsc[0]).command_id == command_id::unbind);
  talk.esme(pdus::header(command_id::unbind_resp, header_of(to_esme[0]).sequence_number));
  CHECK_FALSE(talk.session.ended());
  talk.smsc(pdus::header(command_id::unbind_resp, header_of(to_smsc[0]).sequence_number));
  CHECK(talk.session.ended());
}

TEST_CASE("draining: the line stays alive, and who unbinds is let go") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("bank1");
  talk.esme(pdus::header(command_id::query_sm, 1));
  talk.to_smsc();
  talk.session.drain(talk.now());
  talk.esme(pdus::header(command_id::enquire_link, 2));
  talk.smsc(pdus::header(command_id::enquire_link, 3) + pdus::deliver_sm(4, "STOP"));
  CHECK(talk.to_esme() == pdu_list{pdus::header(command_id::enquire_link_resp, 2)});
  CHECK(talk.to_smsc() == pdu_list{pdus::header(command_id::enquire_link_resp, 3)});
  CHECK(talk.host.recorded.empty());  // not acknowledged: it comes again
  const leg leaving = GENERATE(leg::esme, leg::smsc);
  const leg other = leaving == leg::esme ? leg::smsc : leg::esme;
  talk.feed(leaving, pdus::header(command_id::unbind, 5));
  CHECK(talk.sent_to(leaving) == pdu_list{pdus::header(command_id::unbind_resp, 5)});
  const auto unbind = talk.sent_to(other);
  REQUIRE(unbind.size() == 1);
  CHECK(header_of(unbind[0]).command_id == command_id::unbind);
  talk.feed(other, pdus::header(command_id::unbind_resp, header_of(unbind[0]).sequence_number));
  CHECK(talk.session.ended());
}

TEST_CASE("too much unsent: nothing more is taken until half of it is gone") {
  config c = make_config();
  c.limits.max_unsent_octets = 1000;
  shared_parts parts(c);
  conversation talk(parts);
  talk.bind("bank1");
  for (int i = 0; i < 100; ++i)
    talk.esme(pdus::header(command_id::query_sm, 1));
  CHECK(talk.session.output(leg::smsc).size() <= 1016);
  CHECK_FALSE(talk.session.may_take(leg::esme));
  std::size_t crossed = 0;
  while (const std::size_t n = talk.to_smsc().size()) {
    crossed += n;
    talk.session.set_unsent(leg::smsc, 0);
    talk.turn();
  }
  CHECK(crossed == 100);
}

TEST_CASE("answers nobody waits for are dropped") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(pdus::header(command_id::deliver_sm_resp, 4242));
  talk.smsc(pdus::header(command_id::submit_sm_resp, 4242) + pdus::header(command_id::generic_nack, 4242));
  CHECK(talk.to_smsc().empty());
  CHECK(talk.to_esme().empty());
}

TEST_CASE("a generic_nack without a number crosses") {
  shared_parts parts;
  conversation talk(parts);
  const auto nack = pdus::header(command_id::generic_nack, 0, command_status::ESME_RINVCMDLEN);
  talk.esme(nack);
  CHECK(talk.to_esme().empty());
  talk.bind("shop1");
  talk.esme(nack);
  talk.smsc(nack);
  CHECK(talk.to_smsc() == pdu_list{nack});
  CHECK(talk.to_esme() == pdu_list{nack});
}

TEST_CASE("outbind is not supported") {
  shared_parts parts;
  conversation talk(parts);
  talk.bind("shop1");
  talk.smsc(pdus::with_text(command_id::outbind, command_status::ESME_ROK, 1, "x"));
  CHECK(talk.session.ended());
}

TEST_CASE("a whole conversation comes out the same however it is cut") {
  shared_parts parts;
  parts.consent(alice, "bank");
  const auto run = [&](std::size_t step) {
    conversation talk(parts, step);
    talk.esme(pdus::header(command_id::enquire_link, 1) + pdus::bind(command_id::bind_transceiver, 2, "shop1") +
              pdus::submit_sm(3) + pdus::header(command_id::enquire_link, 4) +
              pdus::submit_multi(5, {"33612345678", "33600000001"}));
    talk.session.upstream_connected(smpp::default_alphabet::gsm7, talk.now());
    smpp::buffer to_smsc, to_esme;
    const auto gather = [&] {
      for (const auto& pdu : talk.to_smsc())
        to_smsc.insert(to_smsc.end(), pdu.begin(), pdu.end());
      for (const auto& pdu : talk.to_esme())
        to_esme.insert(to_esme.end(), pdu.begin(), pdu.end());
    };
    gather();
    talk.smsc(pdus::with_text(command_id::bind_transceiver_resp, command_status::ESME_ROK, 1, "SMSC"));
    talk.turn();
    talk.smsc(pdus::deliver_sm(7, "STOP") + pdus::header(command_id::enquire_link_resp, 2) +
              pdus::header(command_id{0x10201}, 9));
    gather();
    talk.session.recorded(talk.host.tickets.at(0), true, talk.now());
    talk.esme(pdus::header(command_id::deliver_sm_resp, 1) + pdus::header(command_id::unbind, 11));
    gather();
    return std::pair(to_esme, to_smsc);
  };
  const auto whole = run(SIZE_MAX);
  CHECK_FALSE(whole.first.empty());
  for (std::size_t step = 1; step < 120; ++step) {
    CAPTURE(step);
    CHECK(run(step) == whole);
  }
}
