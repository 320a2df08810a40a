// A receiver bind of the gate's own: octets in, octets and wishes out, like a sender's session. What people reply is
// put on record, everything that is delivered is kept for the sender, and only then is the SMSC answered.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "proxy/moment.h"
#include "proxy/observe/metrics.h"
#include "proxy/policy/policy.h"
#include "proxy/session/backoff.h"
#include "proxy/session/replies.h"
#include "smpp/pdu.h"

namespace proxy {

// What a listening session needs from outside. Outlives it.
class listening_host {
 public:
  virtual ~listening_host() = default;
  // Answered by recorded() and kept(), later and on the session's own thread.
  virtual void record(reply r, std::uint32_t ticket) = 0;
  // Keeps a PDU for the sender; `about` is the person's number, zero when it is not known. False: there is no room.
  virtual bool keep(smpp::octets pdu, store::number about, std::uint32_t ticket) = 0;
};

class listening_session {
 public:
  listening_session(listener_config c, std::shared_ptr<const policy> p, replies& r, metrics& m, listening_host& host,
                    moment now, std::uint32_t seed);

  // --- connections ---

  // It is away and the time has come. When no sender receives: begin(), then one of the two.
  bool wants_connection(moment now) const;
  void begin(moment now);
  void connected(const upstream& reached, moment now);
  void failed(moment now);
  void closed(moment now);                                       // also when the connection was closed as wished
  bool wants_close() const { return state_ == state::closing; }  // once what is to be sent has been sent
  bool away() const { return state_ == state::away; }
  bool bound() const { return state_ == state::bound; }

  // --- octets ---

  // As session::received().
  std::size_t received(smpp::octets received, moment now);
  bool may_take() const;
  smpp::buffer& output() { return output_; }

  // --- time, store, operator ---

  void tick(moment now);  // a few times a second
  void recorded(std::uint32_t ticket, bool on_disk, moment now);
  void kept(std::uint32_t ticket, bool on_disk, moment now);
  // A sender wants to receive: what has been taken is answered, then it unbinds. It may come again once it is away.
  void yield(moment now);
  void stop(moment now);  // the same, for good
  void use(std::shared_ptr<const policy> p);

  const listener_config& settings() const { return config_; }

 private:
  enum class state { away, connecting, binding, bound, unbinding, closing };

  // Something delivered, and what becomes of it.
  enum class fate { none, writing, done, not_stored };
  struct delivery {
    std::uint32_t sequence_number = 0;
    smpp::command_id id{};
    fate record = fate::none;  // as an event; none: it stands for none
    fate keeping = fate::writing;
  };

  void take(smpp::octets pdu, moment now);
  void take_answer(const smpp::header& h, moment now);
  void take_delivery(smpp::octets pdu, const smpp::header& h, moment now);
  void answer_if_settled(std::uint32_t ticket, moment now);
  void unbind_if_settled(moment now);
  void close(std::string why, moment now);
  void note_lasting(moment now);
  void come_again(moment now);
  const candidates& bind_candidates();
  const limits_config& limits() const { return policy_->settings().limits; }

  listener_config config_;
  std::shared_ptr<const policy> policy_;
  replies* replies_;
  metrics* metrics_;
  listening_host* host_;

  state state_ = state::away;
  bool parting_ = false;  // takes nothing more, and unbinds
  bool stopped_ = false;
  std::string closed_because_;  // empty: as wished
  std::optional<upstream> upstream_;
  std::shared_ptr<id_spelling> spelling_;  // of the upstream
  std::optional<candidates> candidates_;
  smpp::buffer output_;
  std::unordered_map<std::uint32_t, delivery> deliveries_;
  std::uint32_t last_ticket_ = 0;
  std::uint32_t last_sequence_ = 0;
  std::uint32_t request_ = 0;  // the sequence_number of the bind or unbind that is not answered
  backoff backoff_;
  std::chrono::steady_clock::time_point next_attempt_;
  std::chrono::steady_clock::time_point since_;  // in this state, or parting
  std::chrono::steady_clock::time_point heard_;  // the last PDU
  bool asked_ = false;                           // whether the line lives, since then
};

}  // namespace proxy
