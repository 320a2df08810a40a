// What is usual is taken many at a time, in fewer steps; it must come to the same.
#include <random>

#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using smpp::command_id;
using smpp::command_status;
using testing::pdus::operator+;

namespace {

constexpr std::uint64_t first_number = 33600000000;

config with_everything() {
  config c = make_config();
  c.senders[0].system_ids.push_back("both");
  c.senders[1].system_ids.push_back("both");
  c.limits.max_window = 1000;
  return c;
}

// Mostly usual, now and then anything.
std::vector<smpp::buffer> traffic(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<smpp::buffer> all;
  for (std::uint32_t i = 1; i <= count; ++i) {
    pdus::sm m;
    m.destination = std::to_string(first_number + random() % 60);
    m.text = "Your parcel waits for you at the counter: " + std::to_string(i);
    if (random() % 40 == 0) m.source = "SHOP";
    if (random() % 40 == 0) m.source = "36222";  // the bank's
    if (random() % 30 == 0) m.destination = "nobody";
    if (random() % 30 == 0) m.destination = "0" + m.destination.substr(2), m.destination_ton = 0;
    if (random() % 30 == 0) m.text = "hi";
    if (random() % 30 == 0) m.optional_parameters = std::string("\x02\x04\x00\x02\x00\x07", 6);
    if (random() % 60 == 0) m.optional_parameters = std::string("\x02\x04\x00\x09\x00\x07", 6);  // broken
    smpp::buffer pdu = pdus::submit_sm(i, m);
    switch (random() % 60) {
      case 0:
        pdu = pdus::data_sm(i, m.source, m.destination);
        break;
      case 1:
        pdu = pdus::header(command_id::enquire_link, i);
        break;
      case 2:
        pdu = pdus::submit_multi(i, {m.destination, std::to_string(first_number + 1)});
        break;
      default:
        break;
    }
    all.push_back(std::move(pdu));
  }
  return all;
}

using lines =
    std::vector<std::tuple<std::uint64_t, std::string, std::uint64_t, std::uint32_t, std::uint32_t, bool, std::string>>;
lines journalled(const recorder& host) {
  lines all;
  for (std::size_t i = 0; i < host.journalled.size(); ++i) {
    const store::journal_line l = host.journalled[i];
    all.emplace_back(l.who.digits, l.destination, l.event, l.verdict * 100 + l.reason, l.command_status, l.answered,
                     l.message_id);
  }
  return all;
}

}  // namespace

TEST_CASE("submissions taken together come to the same as each for itself") {
  shared_parts parts(with_everything());
  for (std::uint64_t n = 0; n < 60; n += 2)
    parts.consent(first_number + n, "shop");
  for (unsigned seed = 0; seed < 20; ++seed) {
    const std::string system_id = seed % 4 == 3 ? "both" : "shop1";
    conversation together(parts), apart(parts);
    together.bind(system_id);
    apart.bind(system_id);
    smpp::buffer all;
    for (const smpp::buffer& pdu : traffic(seed, 400)) {
      all = all + pdu;
      apart.session.use(parts.policy);  // what it knew of the sender's last message is forgotten: no short way
      apart.esme(pdu);
    }
    together.esme(all);
    const auto forwarded = together.to_smsc();
    REQUIRE(forwarded.size() > 100);
    CHECK(forwarded == apart.to_smsc());
    CHECK(together.to_esme() == apart.to_esme());
    CHECK(together.session.take_submission_count() == apart.session.take_submission_count());
    CHECK(journalled(together.host) == journalled(apart.host));
  }
}

// All of a PDU but its sequence_number.
smpp::buffer unnumbered(smpp::buffer pdu) {
  smpp::write_u32(pdu.data() + 12, 0);
  return pdu;
}

TEST_CASE("answers taken together go to whom they are owed, in the order in which they came, and into the journal") {
  shared_parts parts(with_everything());
  for (std::uint64_t n = 0; n < 60; n += 2)
    parts.consent(first_number + n, "shop");
  std::mt19937 random(5);
  conversation talk(parts);
  talk.bind("shop1");
  smpp::buffer all;
  std::map<smpp::buffer, std::uint32_t> original;
  for (const smpp::buffer& pdu : traffic(1, 400)) {
    if (smpp::read_header(pdu).command_id != command_id::submit_sm) continue;
    all = all + pdu;
    original[unnumbered(pdu)] = smpp::read_header(pdu).sequence_number;
  }
  talk.esme(all);
  talk.to_esme();
  auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() > 100);
  std::ranges::shuffle(forwarded, random);
  smpp::buffer answers;
  std::vector<smpp::buffer> owed;
  std::vector<std::string> message_ids;  // as the journal keeps them
  std::size_t strays = 0;
  for (const smpp::buffer& pdu : forwarded) {
    const std::uint32_t number = smpp::read_header(pdu).sequence_number;
    const auto status = random() % 20 == 0 ? command_status::ESME_RMSGQFUL : command_status::ESME_ROK;
    const auto id = random() % 40 == 0 ? command_id::generic_nack : command_id::submit_sm_resp;
    const std::string message_id = random() % 20 == 0 ? std::string(1500, '7') : std::to_string(random());
    answers = answers + pdus::with_text(id, status, number, message_id);
    owed.push_back(pdus::with_text(id, status, original.at(unnumbered(pdu)), message_id));
    message_ids.push_back(id == command_id::generic_nack ? "" : message_id.substr(0, 64));
    if (random() % 20 != 0) continue;
    answers = answers + pdus::with_text(command_id::submit_sm_resp, status, number, "again");
    ++strays;
  }
  const std::size_t before = talk.host.journalled.size();
  talk.smsc(answers);
  CHECK(talk.to_esme() == owed);
  CHECK(parts.metrics.stray_answers(leg::smsc).Value() == static_cast<double>(strays));
  std::vector<std::string> journalled_ids;
  for (std::size_t i = before; i < talk.host.journalled.size(); ++i)
    journalled_ids.emplace_back(talk.host.journalled[i].message_id);
  CHECK(journalled_ids == message_ids);
}

TEST_CASE("an answer longer than any PDU may be is not passed on, whichever way it would go") {
  config c = with_everything();
  c.limits.max_pdu_octets = 512;
  shared_parts parts(c);
  parts.consent(first_number, "shop");
  conversation talk(parts);
  talk.bind("shop1");
  pdus::sm m;
  m.destination = std::to_string(first_number);
  m.text = "Your parcel waits for you at the counter";
  talk.esme(pdus::submit_sm(1, m));
  const auto forwarded = talk.to_smsc();
  REQUIRE(forwarded.size() == 1);
  talk.smsc(pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK,
                            smpp::read_header(forwarded[0]).sequence_number, std::string(600, '7')));
  CHECK(talk.session.ended_because() == "framing lost by the SMSC");
}

TEST_CASE("no more is taken together than the window and the sender's reading allow") {
  config c = with_everything();
  c.limits.max_window = 20;
  c.limits.max_unsent_octets = 4096;
  shared_parts parts(c);
  parts.consent(first_number, "shop");
  pdus::sm m;
  m.destination = std::to_string(first_number);
  m.text = "Your parcel waits for you at the counter";
  smpp::buffer all;
  for (std::uint32_t i = 1; i <= 50; ++i)
    all = all + pdus::submit_sm(i, m);
  conversation talk(parts);
  talk.bind("shop1");
  talk.esme(all);
  std::size_t answered = 0;
  for (std::size_t expected : {20U, 20U, 10U}) {
    const auto forwarded = talk.to_smsc();
    REQUIRE(forwarded.size() == expected);
    smpp::buffer answers;
    for (const smpp::buffer& pdu : forwarded)
      answers = answers + pdus::with_text(command_id::submit_sm_resp, command_status::ESME_ROK,
                                          smpp::read_header(pdu).sequence_number, std::string(600, '7'));
    talk.smsc(answers);
    for (std::size_t turns = 0; answered % 20 != 0 || turns == 0; ++turns) {
      REQUIRE(turns < 20);
      const auto heard = talk.to_esme();
      CHECK(heard.size() <= 7);  // 4096 octets, and the one that crosses the line
      answered += heard.size();
      talk.session.set_unsent(leg::esme, 0);
      talk.turn();
      if (answered == 50) break;
    }
  }
  CHECK(answered == 50);
}
