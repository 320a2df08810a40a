// One bind of the load generator: what it has in flight, and whether each answer is the right one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/connection.h"
#include "bench/histogram.h"
#include "bench/traffic.h"

namespace bench {

// What the answers are held against.
struct expectation {
  smpp::command_status refusal = smpp::command_status::ESME_RSUBMITFAIL;
  bool all_ok = false;  // the path cannot refuse: unconsented destinations are accepted too
  bool destination_in_message_id =
      false;                     // the SMSC is smsc_sink: the answer must be this message's, not only any message's
  bool peer_may_unbind = false;  // a gate that is stopped under load: what it has not answered by then is no error
};

// What came of it, over all binds.
struct tally {
  std::uint64_t sent = 0;
  std::uint64_t ok = 0;
  std::uint64_t refused = 0;
  std::uint64_t unanswered = 0;  // in flight when the peer unbound
  std::uint64_t delivered = 0;   // deliver_sm that came
  std::uint64_t errors = 0;
  std::uint64_t last_answer = 0;  // when
  histogram latency;              // nanoseconds

  std::uint64_t answered() const { return ok + refused; }
  void error(const std::string& what);  // counts it; prints the first ten
};

class load_session {
 public:
  load_session(connection wire, std::string system_id, std::uint32_t window, const expectation& expected,
               tally& results);

  void bind(smpp::command_id kind);
  void unbind();
  enum class state { open, bound, unbound, failed };  // unbound: by whichever side
  state condition() const { return state_; }

  // False when the window is full, or when a straggler still holds the slot of the next sequence_number.
  bool has_room() const { return state_ == state::bound && in_flight_ < window_ && !slots_[next_ & mask_].in_flight; }
  // Appends a submit_sm; `since` is when its latency starts.
  void submit(const destination& to, std::uint64_t since);
  std::uint32_t in_flight() const { return in_flight_; }

  void receive();
  void send();
  bool wants_to_write() const { return wire_.unsent() != 0; }
  int descriptor() const { return wire_.descriptor(); }
  const std::string& system_id() const { return system_id_; }

 private:
  struct slot {
    std::uint64_t since = 0;
    std::uint32_t sequence_number = 0;
    bool in_flight = false;
    bool consented = false;
    number_text destination_addr{};
  };

  void handle(smpp::octets pdu, std::uint64_t received);
  void handle_submit_sm_resp(smpp::octets pdu, const smpp::header& h, std::uint64_t received);
  bool names_its_message(smpp::octets pdu, const slot& s) const;
  void let_go(std::uint32_t sequence_number);
  void fail(const std::string& what);

  connection wire_;
  std::string system_id_;
  state state_ = state::open;
  submit_template template_;
  const expectation& expected_;
  tally& results_;
  std::uint32_t window_;
  std::uint32_t mask_;
  std::vector<slot> slots_;  // by the low bits of sequence_number; four times the window
  std::uint32_t next_ = 2;   // sequence_number; 1 was the bind's
  std::uint32_t in_flight_ = 0;
};

}  // namespace bench
