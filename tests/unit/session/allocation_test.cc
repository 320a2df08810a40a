// The path of a submit_sm asks for no memory once everything it uses has grown to the window in use.
#include "store/journal_columns.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"
#include "tests/unit/session/counted_allocations.h"

using namespace testing;

namespace {

// Puts lines into a block as a worker does; a new one, once in 4096 lines, asks for memory.
class journalling : public recorder {
 public:
  void journal(const store::journal_line& l) override { lines.add(l); }
  store::journal_columns lines;
};

constexpr std::uint64_t first_number = 33600000000;
constexpr std::uint32_t window = 100;

// A window of submissions of one sender, one in ten to somebody who never agreed, and the SMSC's answers to the others.
class full_window {
 public:
  explicit full_window(shared_parts& parts)
      : session_(parts.policy, parts.replies, parts.outbox, parts.metrics, host, "test", now_) {
    for (std::uint32_t i = 0; i < window; ++i) {
      const bool agreed = i % 10 != 0;
      if (agreed) parts.consent(first_number + i, "shop");
      pdus::sm m;
      m.source = i % 3 == 0 ? "Shop" : "36111";
      m.destination = std::to_string(first_number + i);
      m.text = "Your parcel waits for you at the counter, until Saturday";
      const smpp::buffer pdu = pdus::submit_sm(i + 1, m);
      submits_.insert(submits_.end(), pdu.begin(), pdu.end());
      if (!agreed) continue;
      const smpp::buffer answer = pdus::with_text(smpp::command_id::submit_sm_resp, smpp::command_status::ESME_ROK, 0,
                                                  "8f14e45f-ceea-467f-9575-" + std::to_string(600000000000 + i));
      answer_size_ = answer.size();
      answers_.insert(answers_.end(), answer.begin(), answer.end());
    }
    session_.received(proxy::leg::esme, pdus::bind(smpp::command_id::bind_transceiver, 1, "shop1"), now_);
    session_.upstream_connected(smpp::default_alphabet::gsm7, now_);
    const std::uint32_t sequence_number = smpp::read_header(session_.output(proxy::leg::smsc)).sequence_number;
    session_.received(proxy::leg::smsc,
                      pdus::with_text(smpp::command_id::bind_transceiver_resp, smpp::command_status::ESME_ROK,
                                      sequence_number, "SMSC"),
                      now_);
    REQUIRE(session_.bound());
    taken();
  }

  // How many PDUs the sender was sent.
  std::size_t cross() {
    now_.steady += std::chrono::milliseconds(1);
    now_.wall += std::chrono::milliseconds(1);
    const bool all = session_.received(proxy::leg::esme, submits_, now_) == submits_.size();
    std::size_t at = 0;
    for (smpp::octets rest = session_.output(proxy::leg::smsc); !rest.empty() && at < answers_.size();
         at += answer_size_) {
      smpp::write_u32(answers_.data() + at + 12, smpp::read_header(rest).sequence_number);
      rest = rest.subspan(smpp::read_header(rest).command_length);
    }
    const bool answered = session_.received(proxy::leg::smsc, answers_, now_) == answers_.size();
    return all && answered ? taken() : 0;
  }

  journalling host;

 private:
  std::size_t taken() {
    std::size_t count = 0;
    for (smpp::octets rest = session_.output(proxy::leg::esme); !rest.empty(); ++count)
      rest = rest.subspan(smpp::read_header(rest).command_length);
    for (const proxy::leg l : {proxy::leg::esme, proxy::leg::smsc})
      session_.output(l).clear();
    return count;
  }

  proxy::moment now_{std::chrono::steady_clock::now(), store::now()};
  smpp::buffer submits_, answers_;
  std::size_t answer_size_ = 0;
  proxy::session session_;
};

}  // namespace

TEST_CASE("a submit_sm, its verdict, its answer and its line in the journal ask for no memory") {
  shared_parts parts;
  full_window w(parts);
  for (int warm = 0; warm < 3; ++warm)
    REQUIRE(w.cross() == window);
  std::size_t crossed = 0;
  {
    const counted_allocations here;
    for (int i = 0; i < 20; ++i)
      crossed += w.cross();
  }
  CHECK(counted_allocations::seen() == 0);
  CHECK(crossed == 20 * window);
  CHECK(w.host.lines.size() == 23 * window);
  {
    const counted_allocations here;
    ::operator delete(::operator new(1));  // it does count
  }
  CHECK(counted_allocations::seen() == 1);
}
