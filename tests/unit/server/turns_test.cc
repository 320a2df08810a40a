// Two sessions on one thread, with real sockets, stepped one handler at a time: the texts that one has waiting do not
// hold up what the other's sender submits.
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "proxy/server/session_shell.h"
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using namespace std::chrono_literals;
using smpp::command_id;
using smpp::command_status;

namespace {

constexpr std::uint32_t texts = 250;  // no more than one read holds

struct one_gate {
  temporary_folder folder;
  gate parts;
  explicit one_gate(std::uint16_t upstream_port) {
    parts.store = std::move(std::get<0>(store::consent_store::open({folder.path() / "store", nullptr})));
    REQUIRE_FALSE(parts.spokesman.begin(*parts.store));
    config c = make_config();
    c.upstreams = {{{"127.0.0.1", upstream_port}, smpp::default_alphabet::gsm7}};
    parts.policy = std::make_shared<const policy>(std::make_shared<const config>(std::move(c)), *parts.store,
                                                  parts.metrics, parts.refusal_log);
  }
};

class two_sessions {
 public:
  boost::asio::io_context peers_io;
  tcp::acceptor smsc_side{peers_io, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  one_gate gate_{smsc_side.local_endpoint().port()};
  batched_histogram submit_seconds = gate_.parts.metrics.submit_seconds();
  journal_sink journal{*gate_.parts.store};
  boost::asio::io_context io;

  ~two_sessions() { gate_.parts.store.reset(); }  // its last completions still find the context

  struct peers {
    tcp::socket esme, smsc;
    std::shared_ptr<session_shell> shell;
  };

  // Handlers run here and nowhere else, until it is so.
  template <typename Condition>
  void run_until(Condition reached) {
    for (int i = 0; !reached(); ++i) {
      REQUIRE(i < 5000);
      io.run_one_for(1ms);
    }
  }

  peers bound(const std::string& system_id) {
    tcp::acceptor door(peers_io, {boost::asio::ip::make_address("127.0.0.1"), 0});
    peers p{tcp::socket(peers_io), tcp::socket(peers_io), nullptr};
    p.esme.connect(door.local_endpoint());
    tcp::socket inside(io);
    door.accept(inside);
    prepare(inside);
    session_shell::callbacks ignored{[](const auto&) {}, [](const auto&) {}};
    p.shell = std::make_shared<session_shell>(io, stream(std::move(inside)), "test", gate_.parts, submit_seconds,
                                              journal, ignored);
    p.shell->start();
    write(p.esme, boost::asio::buffer(pdus::bind(command_id::bind_transceiver, 1, system_id)));
    smsc_side.non_blocking(true);
    run_until([&] {
      boost::system::error_code none_yet;
      smsc_side.accept(p.smsc, none_yet);
      return !none_yet;
    });
    run_until([&] { return p.smsc.available() >= smpp::header_length; });
    smpp::buffer forwarded(p.smsc.available());
    read(p.smsc, boost::asio::buffer(forwarded));
    write(p.smsc, boost::asio::buffer(pdus::with_text(command_id::bind_transceiver_resp, command_status::ESME_ROK,
                                                      smpp::read_header(forwarded).sequence_number, "SMSC")));
    run_until([&] { return p.esme.available() > 0; });
    smpp::buffer answer(p.esme.available());
    read(p.esme, boost::asio::buffer(answer));
    return p;
  }
};

smpp::buffer many_texts() {
  smpp::buffer all;
  for (std::uint32_t i = 0; i < texts; ++i) {
    const smpp::buffer one = pdus::deliver_sm(1 + i, "STOP", std::to_string(33612000000 + i));
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

}  // namespace

TEST_CASE("a session with many texts to read lets another's submission pass") {
  two_sessions both;
  auto busy = both.bound("shop1");
  auto other = both.bound("shop1");
  const smpp::buffer waiting = many_texts();
  write(busy.smsc, boost::asio::buffer(waiting));
  both.run_until([&] { return busy.esme.available() > 0; });  // it has read them and begun
  REQUIRE(busy.esme.available() < waiting.size() / 4);
  write(other.esme, boost::asio::buffer(pdus::submit_sm(7)));
  both.run_until([&] { return other.esme.available() > 0; });
  CHECK(busy.esme.available() < waiting.size() / 2);
  smpp::buffer answer(other.esme.available());
  read(other.esme, boost::asio::buffer(answer));
  CHECK(smpp::read_header(answer).command_status == command_status{0x45});

  smpp::buffer delivered;
  both.run_until([&] {
    smpp::buffer more(busy.esme.available());
    read(busy.esme, boost::asio::buffer(more));
    delivered.insert(delivered.end(), more.begin(), more.end());
    return delivered.size() == waiting.size();
  });
  std::uint64_t next = 33612000000;
  for (smpp::octets rest = delivered; !rest.empty(); ++next) {
    const std::size_t length = smpp::read_header(rest).command_length;
    const std::string_view pdu(reinterpret_cast<const char*>(rest.data()), length);
    CHECK(pdu.find(std::to_string(next)) != std::string_view::npos);
    rest = rest.subspan(length);
  }
  CHECK(next == 33612000000 + texts);
}

TEST_CASE("the replies of one group commit are answered in one turn") {
  recorded_tickets told;
  CHECK(told.add({1, true}));
  CHECK_FALSE(told.add({2, false}));
  const auto& first = told.take();
  REQUIRE(first.size() == 2);
  CHECK(first[0].ticket == 1);
  CHECK(first[0].on_disk);
  CHECK(first[1].ticket == 2);
  CHECK_FALSE(first[1].on_disk);
  CHECK(told.add({3, true}));
  CHECK(told.take().size() == 1);
  CHECK(told.take().empty());
}
