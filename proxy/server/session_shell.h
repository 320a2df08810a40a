// The sockets of one session: reads, gives the octets to the session, writes what it made of them. One write a leg a
// turn.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "proxy/server/gate.h"
#include "proxy/server/journal_sink.h"
#include "proxy/server/receive_buffer.h"
#include "proxy/server/recorded_tickets.h"
#include "proxy/server/stream.h"
#include "proxy/server/tapping.h"
#include "proxy/server/upstream_connector.h"
#include "proxy/session/session.h"

namespace proxy {

// Lives on one worker's thread.
class session_shell : public session_host, public std::enable_shared_from_this<session_shell> {
 public:
  using callback = std::function<void(const std::shared_ptr<session_shell>&)>;
  // What a shell tells its worker.
  struct callbacks {
    callback ended;
    callback held;  // flush() is wanted in a millisecond
  };

  session_shell(boost::asio::io_context& io, stream esme, std::string peer, gate& g, batched_histogram& submit_seconds,
                journal_sink& journal, callbacks to_worker);
  ~session_shell() override;
  void start();
  void tick();
  void drain();
  void use(std::shared_ptr<const policy> p);
  void give_up();  // at the very end: what is unanswered will not be answered
  void flush();    // sends what was held

  void record(reply r, std::uint32_t ticket) override;
  void journal(const store::journal_line& l) override { journal_.add(l); }
  void wake() override;
  bool may_deliver_kept(const std::string& system_id) override;
  void fetch_kept(const std::string& system_id, std::uint64_t after) override;
  void kept_answered(const std::string& system_id, std::uint64_t position, bool accepted) override;

 private:
  struct one_leg {
    explicit one_leg(stream s, unsigned n = 0) : wire(std::move(s)), connection(n) {}
    stream wire;
    receive_buffer in;
    smpp::buffer writing;   // what the kernel has not taken yet
    bool greeting = false;  // the TLS handshake is under way: nothing else can be
    bool reading = false;   // a read is under way
    bool yields = false;    // what has been read and not taken waits for the others' turn
    bool write_pending = false;
    bool ended = false;       // the peer has sent its last octet
    bool finished = false;    // and the session knows
    bool said_all = false;    // so have we
    bool shut = false;        // what still comes is dropped
    unsigned connection = 0;  // which one of this leg: what an earlier one still had under way concerns nobody
    std::chrono::steady_clock::time_point shut_at;
  };

  one_leg& at(leg l) { return legs_[static_cast<std::size_t>(l)]; }
  enum class hurry { now, may_hold };
  void turn(moment now, hurry h = hurry::now);
  bool hold();
  void greet();
  void take(leg l, moment now);
  void go_on();
  void take_recorded();
  void show(leg l, pcapng::direction d, smpp::octets octets, moment now);
  void read(leg l);
  void on_read(leg l, std::size_t octets);
  void write(leg l, moment now);
  void write_rest(leg l);
  void broken(leg l);
  void follow_wish(leg l, moment now);
  void close(leg l);
  void check_password(password_question q);
  void claim_reception(moment now);
  void connect_upstream();
  void await_release();
  void finish_if_over();

  boost::asio::io_context& io_;
  std::array<one_leg, leg_count> legs_;
  gate& gate_;
  batched_histogram& submit_seconds_;
  journal_sink& journal_;
  std::string peer_;
  std::string upstream_;
  callbacks to_worker_;
  std::shared_ptr<upstream_connector> connector_;  // until the bind is answered
  upstream_health::place place_;
  std::optional<receivers::claim> claim_;  // while the session receives
  session session_;
  wire_tap tap_;
  std::shared_ptr<recorded_tickets> recorded_ = std::make_shared<recorded_tickets>();
  std::optional<boost::asio::steady_timer> release_;  // of what came too fast
  std::chrono::steady_clock::time_point began_;
  bool held_ = false;
  bool goes_on_ = false;
  bool over_ = false;
};

}  // namespace proxy
