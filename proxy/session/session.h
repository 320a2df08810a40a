// One sender's session and its upstream session: bytes in, bytes and wishes out. No sockets, no clock, no threads: the
// shell in proxy/server moves the bytes and passes the time in.
//
// Unbound, the gate answers by itself. A bind makes it wish for an upstream connection; the bind goes there with its
// own credentials, and from then on every PDU crosses, renumbered, but for the submissions that are refused. What each
// PDU needs is decided in from_esme.cc and from_smsc.cc.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proxy/moment.h"
#include "proxy/observe/metrics.h"
#include "proxy/outbox/outbox.h"
#include "proxy/policy/policy.h"
#include "proxy/session/kept_delivery.h"
#include "proxy/session/password_question.h"
#include "proxy/session/replies.h"
#include "proxy/session/scheduled_message.h"
#include "smpp/pdu.h"
#include "smpp/plain_submit_sm.h"
#include "smpp/sequence_window.h"
#include "smpp/submit_multi.h"

namespace proxy {

// What a session needs from outside. Outlives the session. Woken as a transmitter, it calls session::transmit() soon,
// on the session's own thread.
class session_host : public transmitter {
 public:
  // Puts what a person wrote, or what the carrier says, on record; answered by r.then(...), and by
  // session::recorded(ticket, ...), later and on the session's own thread.
  virtual void record(reply r, std::uint32_t ticket) = 0;
  // Puts what was decided of a message in the journal, once nothing more will be known of it.
  virtual void journal(const store::journal_line& l) = 0;
  // Something is kept for this system_id, and this session is the one to deliver it.
  virtual bool may_deliver_kept(const std::string& system_id) = 0;
  // What is kept after this position; answered by session::kept(), later and on the session's own thread.
  virtual void fetch_kept(const std::string& system_id, std::uint64_t after) = 0;
  // The sender has answered what is kept at this position: accepted, it is the sender's from now on.
  virtual void kept_answered(const std::string& system_id, std::uint64_t position, bool accepted) = 0;
};

class session {
 public:
  session(std::shared_ptr<const policy> p, replies& r, outbox& o, metrics& m, session_host& host, std::string peer,
          moment now);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  // --- bytes ---

  // Takes whole PDUs from the front of `received` and returns how many octets it is done with: fewer than offered when
  // a PDU is cut, or when no more may be taken now (offer the rest again after any other call), or when this session
  // has had its turn. What has to be sent is then in output().
  std::size_t received(leg from, smpp::octets received, moment now);
  // Reading what people write takes time that other sessions wait for: after so many texts of one call the rest is to
  // be offered again once the others have been heard.
  static constexpr unsigned texts_a_turn = 16;
  bool yields() const { return yields_; }
  // What is to be written to a leg; the shell takes it away.
  smpp::buffer& output(leg to) { return side(to).output; }
  // False while octets of this leg must wait: the shell stops reading it.
  bool may_take(leg from) const;
  // Octets the shell has taken but the peer has not.
  void set_unsent(leg to, std::size_t octets);

  // --- connections ---

  // Once for each bind, when the gate itself checks passwords: call password_checked().
  std::optional<password_question> wants_password_check() { return std::exchange(password_question_, {}); }
  void password_checked(bool right, moment now);
  // True once for each bind of one who will receive: call reception_free() when the gate's own listener of this
  // system_id has gone.
  bool wants_reception();
  void reception_free(moment now);
  bool receives() const;  // or is about to
  // True once for each bind: connect to an upstream, then call one of the two.
  bool wants_upstream();
  void upstream_connected(smpp::default_alphabet alphabet, moment now, const endpoint& reached = {});
  void upstream_failed(moment now);
  // The upstream that was found closed without an answer to the bind: what is wanted is the next one.
  bool bind_dropped() const { return bind_dropped_; }
  // Its last octet has been taken, and nothing of the ESME's is slowed(); it may still listen.
  void finished(leg which, moment now);
  void closed(leg which, moment now);

  // shut_when_sent: nothing more will be said there, what comes from there is still taken.
  enum class wish { open, shut_when_sent, close_when_sent, close_now };
  wish wanted(leg which) const { return side(which).wanted; }

  // --- time, store, operator ---

  void tick(moment now);  // a few times a second
  void recorded(std::uint32_t ticket, bool on_disk, moment now);
  void kept(std::variant<store::held_batch, store::failure> fetched, moment now);
  void transmit(moment now);  // what the gate itself has to ask of the SMSC, when this bind can
  // A submission that came too fast goes when it is its turn; nothing is taken from the ESME until then.
  void release_slowed(moment now);
  bool slowed() const { return slowed_.has_value(); }
  std::optional<std::chrono::steady_clock::time_point> next_release() const;  // call it then
  void drain(moment now);  // takes no new requests; unbinds both ways when what is in flight has been answered
  void use(std::shared_ptr<const policy> p);

  std::size_t max_pdu_octets() const { return limits().max_pdu_octets; }
  const std::string& system_id() const { return system_id_; }
  const std::string& ended_because() const { return ended_because_; }
  bool bound() const { return state_ == state::bound; }
  bool ended() const { return state_ == state::ended; }
  // The SMSC owes an answer: what the gate itself answers may wait for its company.
  bool answers_due() const { return state_ == state::bound && !side(leg::smsc).requests.empty(); }
  // Submissions decided since the last call.
  std::size_t take_submission_count() { return std::exchange(submissions_, 0); }

 private:
  enum class state {
    unbound,     // the gate answers
    connecting,  // a bind waits for an upstream
    binding,     // the bind is upstream
    bound,
    unbinding,    // the gate has sent unbind both ways
    half_closed,  // the ESME says nothing more, and waits for answers
    ended,
  };

  // What the journal keeps of a decision, while the answer is awaited.
  struct decided {
    store::instant at{};
    store::number who;  // zero: unreadable
    std::uint64_t event = 0;
    store::text_id sender = 0;
    proxy::verdict verdict{};
    proxy::reason reason{};
    bool journalled : 1 = false;
    bool listed : 1 = false;   // what was decided is in listed_
    bool counted : 1 = false;  // towards a cap: counted_messages_
  };
  // One of several destinations, or one that cannot be read.
  struct listed_decision {
    decided what;
    std::string destination;
  };

  // Of a sender with a rate: whether a submission has its token, or will get none any more.
  enum class turn { to_be_taken, taken, lost };
  enum class passage { at_once, later, refused };
  // One that waits for its turn.
  struct slowed_submission {
    smpp::buffer pdu;
    moment arrived;
    std::chrono::steady_clock::time_point due;
    std::shared_ptr<rate_limiter> rate;
    rate_limiter::tokens promised;
  };

  // So many lookups are under way together: while one waits for memory, the next begins.
  static constexpr std::size_t most_pending = 16;
  static constexpr std::size_t longest_pending = 1024;  // octets: a longer PDU is decided at once and alone
  // A submission that has been read and not decided; it points into what was received.
  struct pending_submission {
    smpp::octets pdu;
    smpp::header header{};
    const sender* from = nullptr;
    bool mismatch = false;  // its source_addr belongs to others alone; `from` only counts it
    std::optional<store::number> who;
    std::string_view destination;
    store::channel_id channel = 0;           // its source_addr is one that several senders use
    store::instant due{};                    // when it is to be delivered, if that is later
    const smpp::message* message = nullptr;  // of a submit_multi
    bool unverifiable = false;               // a distribution list or an area: nobody can say who would get it
    session::turn turn = session::turn::to_be_taken;
  };
  // The same of a submit_sm that comes from where the one before came from and has nothing that is rare.
  struct plain_submission {
    smpp::octets pdu;
    store::number who;
    std::string_view destination;
  };
  // A submission that its SMSC will hold until later, once it has accepted it.
  struct held_message {
    store::number who;
    store::instant due{};
    scheduled_message what;
    bool by_address = false;  // its message_id stands for others, too
  };

  // A replace_sm on its way to the SMSC.
  struct replacement {
    std::string message_id;
    std::uint64_t held = 0;  // what is kept in mind of the message; 0: nothing
    store::instant due{};    // when it is delivered from then on
  };

  // A request that one side sent and the other has not answered.
  struct in_flight {
    std::uint32_t original = 0;  // the sequence_number of who sent it
    smpp::command_id id{};
    std::chrono::steady_clock::time_point since;
    bool own = false;      // sent by the gate itself: its answer stays here
    bool guarded = false;  // its answer waits for the disk: guarded_
    bool kept = false;     // delivered by the gate itself: kept_
    bool partial = false;  // a submit_multi with refused destinations: partial_
    decided message;       // of a submission

    // Nothing is to be done with its answer but to journal it and to pass it on.
    bool is_plain() const { return !own && !guarded && !kept && !partial && !message.listed && !message.counted; }
  };

  // The ticket of a record that no answer waits for; no request has this number.
  static constexpr std::uint32_t unguarded = 0;

  // A reply of a person on its way to the sender while its record is on its way to the disk.
  struct guarded_reply {
    enum class fate { writing, on_disk, failed } fate = fate::writing;
    smpp::buffer answer;  // the sender's, held back
  };

  struct one_side {
    smpp::buffer output;
    std::size_t unsent = 0;
    bool connected = false;
    bool paused = false;   // too much unsent
    bool unbound = false;  // has unbound itself while the gate was stopping
    wish wanted = wish::open;
    std::chrono::steady_clock::time_point last_received;
    std::optional<std::chrono::steady_clock::time_point> framing_lost;  // waiting for the rest of a broken header
    smpp::sequence_window<in_flight> requests;                          // sent to this side, not answered by it
  };

  one_side& side(leg l) { return sides_[static_cast<std::size_t>(l)]; }
  const one_side& side(leg l) const { return sides_[static_cast<std::size_t>(l)]; }
  const limits_config& limits() const { return policy_->settings().limits; }

  // framing
  std::size_t take_plain(leg from, smpp::octets rest, moment now);
  void take(leg from, smpp::octets pdu, moment now);
  bool lost_framing(leg from, smpp::octets rest, moment now);
  void settle(moment now);

  // from_esme.cc
  void take_unbound(const smpp::header& h);
  void take_bind(smpp::octets pdu, const smpp::header& h, moment now);
  std::string_view peer_address() const;
  bool may_try_to_bind(moment now) const;  // admission.cc
  bool comes_from_where_it_may();
  bool takes_places();
  void refuse_admission(std::string_view limit);
  void go_on_binding(moment now);
  void take_esme_request(smpp::octets pdu, const smpp::header& h, moment now);
  void take_esme_answer(smpp::octets pdu, const smpp::header& h, moment now);

  // submissions.cc
  void take_submission(smpp::octets pdu, const smpp::header& h, moment now, turn t = turn::to_be_taken);
  void take_submit_multi(smpp::octets pdu, const smpp::header& h, moment now, turn t = turn::to_be_taken);
  void take_broadcast_sm(smpp::octets pdu, const smpp::header& h, moment now, turn t = turn::to_be_taken);
  pending_submission addressed(const smpp::address& source_addr, const smpp::address& destination_addr) const;
  pending_submission unverifiable(const smpp::address& source_addr, std::string_view destination) const;
  pending_submission one_of_many(const smpp::submit_multi& m, const smpp::dest_address& to, moment now) const;
  decision judge(const pending_submission& p, moment now, counted_message& counted) const;
  decided settle_verdict(const pending_submission& p, const decision& d, moment now, const counted_message& counted);
  void decide_pending(moment now);
  void count(const sender& s, const decision& d, std::string_view destination);

  // plain_submissions.cc
  std::size_t take_plain_submissions(smpp::octets received, moment now);
  void decide_plain(std::span<const plain_submission> together, moment now);
  std::size_t take_plain_answers(smpp::octets received, moment now);
  void remember_origin(smpp::octets pdu, const smpp::message& m, const pending_submission& p);

  // replacing.cc
  void take_replace_sm(smpp::octets pdu, const smpp::header& h, moment now);
  bool crosses_broken(smpp::command_status status) const;
  std::optional<store::scheduled> held_under(const std::string& message_id, scheduled_message& what) const;
  decision decide_replacement(const sender* s, const smpp::replace_sm& r, const std::optional<store::scheduled>& held,
                              moment now) const;
  void hear_replaced(std::uint32_t sequence_number, smpp::octets answer);

  // throttling.cc
  static bool slows(const sender& s);
  passage passage_of(const sender& s, smpp::octets pdu, turn t, moment now, std::uint32_t messages = 1);
  std::uint32_t messages_that_may_pass(const smpp::submit_multi& m, moment now) const;
  void take_slowed(turn t, moment now);
  void refuse_slowed();

  // message_rules.cc
  decision judge_message(const pending_submission& p, const decision& consented, moment now,
                         counted_message& counted) const;
  void settle_counted(const in_flight& request, std::uint32_t sequence_number, smpp::octets answer);

  // from_smsc.cc
  void take_smsc_request(smpp::octets pdu, const smpp::header& h, moment now);
  bool take_reply(smpp::octets pdu, const smpp::header& h, moment now);
  void take_smsc_answer(smpp::octets pdu, const smpp::header& h, moment now);
  void learn_spelling(const in_flight& request, const smpp::header& h, smpp::octets answer);
  void after_answer(const in_flight& request, moment now);
  void answer_guarded(std::uint32_t ticket, const in_flight& request, guarded_reply& reply, moment now);

  // carrier.cc
  const carrier_blocks& carrier() const;
  void hear_carrier(const in_flight& request, smpp::octets answer);
  void hear_carrier_of_own(const gate_request& request, smpp::command_status status, smpp::octets answer);

  // kept.cc
  void begin_receiving(moment now);
  void deliver_kept(moment now);
  void take_kept_answer(std::uint32_t sequence_number, bool accepted, moment now);
  void look_after_kept(moment now);
  void stop_delivering_kept();
  smpp::buffer& delivered_to_esme(moment now);
  void release_newer();

  // scheduling.cc
  bool is_to_be_held(const pending_submission& p, moment now) const;
  held_message held_as(const pending_submission& p, const smpp::message& m,
                       const smpp::address& destination_addr) const;
  void await_schedule(std::uint32_t sequence_number, const pending_submission& p);
  void await_schedules(std::uint32_t sequence_number, std::vector<held_message> held, bool alone, bool shared);
  void hear_scheduled(const in_flight& request, std::uint32_t sequence_number, smpp::octets answer);

  // own_requests.cc
  void begin_transmitting(moment now);
  void stop_transmitting();
  void hear_own_answer(std::uint32_t sequence_number, smpp::octets answer);
  void give_up_own(std::uint32_t sequence_number);

  // journalling.cc
  decided decided_as(const sender& s, const decision& d, std::optional<store::number> who, moment now) const;
  std::uint32_t forward_submission(smpp::octets pdu, const smpp::header& h, moment now, const decided& what,
                                   std::string_view destination);
  store::journal_line line_of(const decided& what, const candidates& by) const;
  void journal(const decided& what, std::string_view destination, const store::journal_facts& answer = {});
  void journal_answer(const in_flight& request, std::uint32_t sequence_number, smpp::octets answer);
  void journal_unanswered(const in_flight& request, std::uint32_t sequence_number);

  // session.cc
  void forward_request(leg to, smpp::octets pdu, const smpp::header& h, moment now);
  std::uint32_t send_on(leg to, smpp::octets pdu, const smpp::header& h, moment now, const decided& what);
  void answer(leg to, const smpp::header& request, smpp::command_status status);
  void take_stray(leg from, smpp::octets pdu, const smpp::header& h);
  void go_upstream(moment now);
  void end(std::string_view why);
  void begin_unbinding(moment now);
  bool hears(leg l) const { return side(l).wanted == wish::open || side(l).wanted == wish::shut_when_sent; }
  void take_while_parting(leg from, const smpp::header& h, moment now);
  void check_drained(moment now);
  void forget_unanswered(leg l, moment now);
  void update_pause(leg l);
  const candidates& bind_candidates();

  std::shared_ptr<const policy> policy_;
  replies* replies_;
  outbox* outbox_;
  metrics* metrics_;
  session_host* host_;
  std::string peer_;

  state state_ = state::unbound;
  std::array<one_side, leg_count> sides_;
  std::string system_id_;  // UTF-8
  std::optional<candidates> candidates_;
  std::vector<bind_counts::place> bind_places_;  // while it binds or is bound
  std::optional<password_question> password_question_;
  std::string bound_as_;       // whom the SMSC takes the sender for, where that is somebody else
  smpp::buffer pending_bind_;  // until it is answered
  smpp::header bind_;          // the last one's
  bool wants_upstream_ = false;
  bool wants_reception_ = false;
  std::optional<std::chrono::steady_clock::time_point> awaits_reception_;  // since when
  bool bind_dropped_ = false;
  unsigned texts_read_ = 0;  // of people, in this call
  bool yields_ = false;
  std::size_t submissions_ = 0;
  std::vector<pending_submission> pending_;  // empty between two calls
  smpp::submit_sm_origin origin_;            // of the latest submit_sm whose sender has no rules about messages
  const sender* origin_sender_ = nullptr;    // whose it is; null: there is none
  std::optional<slowed_submission> slowed_;
  pdu_tally counted_;
  submit_tally decided_count_;
  bool draining_ = false;
  unsigned unbinds_due_ = 0;  // answers to the gate's own
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point draining_since_;
  std::chrono::steady_clock::time_point parting_since_;  // unbinding, half_closed
  std::chrono::steady_clock::time_point last_forgotten_;
  endpoint upstream_;
  std::shared_ptr<id_spelling> spelling_;  // of the upstream; none before it is connected
  smpp::default_alphabet alphabet_ = smpp::default_alphabet::gsm7;
  std::unordered_map<std::uint32_t, guarded_reply> guarded_;
  std::unordered_map<std::uint32_t, std::vector<smpp::unsuccess_sme>> partial_;
  std::unordered_map<std::uint32_t, std::vector<listed_decision>> listed_;  // by the request's sequence_number
  std::unordered_map<std::uint32_t, std::vector<held_message>> held_;       // the same
  std::unordered_map<std::uint32_t, replacement> replaced_;                 // the same
  bool transmits_ = false;                                                  // takes from the outbox
  std::unordered_map<std::uint32_t, gate_request> own_;                     // the gate's own, sent and not answered
  std::unordered_map<std::uint32_t, std::vector<counted_message>> counted_messages_;  // likewise
  kept_delivery kept_;
  bool holds_newer_ = false;  // what comes from the SMSC waits in newer_ until what was kept has been sent
  smpp::buffer newer_;
  std::chrono::steady_clock::time_point newer_since_;
  batched_histogram response_seconds_;
  std::string ended_because_;
};

}  // namespace proxy
