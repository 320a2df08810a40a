// What the gate itself has to ask of an SMSC: a message to a person, the end of one that was scheduled. It goes through
// any bind of a sender that can transmit, as soon as one takes it, or never.
//
// A request is taken once. What a session has taken may have been sent, so no other gets it, whatever becomes of the
// session; what nobody has taken waits for the next bind until its time is over.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/observe/metrics.h"
#include "smpp/pdu.h"
#include "smpp/text.h"
#include "store/number.h"

namespace proxy {

// What became of a request.
struct gate_answer {
  enum class fate {
    accepted,    // ESME_ROK
    refused,     // another command_status
    unanswered,  // taken, and no answer came: it may have been sent
    expired,     // nobody could transmit it in time
    dropped,     // too many were waiting, or nobody wanted it any more
  };
  fate what = fate::expired;
  smpp::command_status command_status{};
  std::string message_id;  // empty in the answer to a cancel_sm
};
std::string_view name(gate_answer::fate f);

struct gate_request {
  std::string kind;                     // in metrics: "confirmation"
  std::vector<std::string> system_ids;  // whose binds may transmit it
  std::chrono::steady_clock::time_point until;
  // The whole PDU for a link whose data_coding 0 is this; its sequence_number is given when it is sent. Empty: it is
  // not wanted any more.
  std::function<smpp::buffer(smpp::default_alphabet)> pdu;
  // Called once, on any thread; may be empty. Not called when the gate ends before the matter is settled.
  std::function<void(const gate_answer&)> done;
  // Of a message: to whom, and for which sender. What the carrier says of the number it says to that sender.
  store::number to{};
  std::string sender{};
};

// A bind that can transmit.
class transmitter {
 public:
  virtual ~transmitter() = default;
  // Something waits: outbox::take() is to be called soon, on the transmitter's own thread. Called on any thread, under
  // the outbox's lock: returns at once and does not call the outbox.
  virtual void wake() = 0;
};

// Any thread.
class outbox {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit outbox(metrics& m, std::size_t most_waiting = 100000);

  // `preferred`, if it is a transmitter for one of the system_ids, is the one that is woken; it may be gone already.
  void post(gate_request r, const transmitter* preferred = nullptr);

  // --- for those who transmit ---
  void join(const std::string& system_id, transmitter& t);
  void leave(transmitter& t);
  bool empty() const { return waiting_ == 0; }
  // The oldest request for this system_id; it is the caller's to send now, and to finish.
  std::optional<gate_request> take(const std::string& system_id, time_point now);
  // Counts the outcome and tells it to whoever posted.
  void finish(const gate_request& r, const gate_answer& a);

  // Gives up what is too late; about once a second.
  void expire(time_point now);

 private:
  // In the line of each of its system_ids; gone from all of them once it has been taken.
  struct entry {
    gate_request request;
    bool taken = false;
  };
  using line = std::deque<std::shared_ptr<entry>>;

  metrics* metrics_;
  std::size_t most_waiting_;
  std::atomic<std::size_t> waiting_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, line> lines_;
  std::unordered_map<std::string, std::vector<transmitter*>> transmitters_;
};

}  // namespace proxy
