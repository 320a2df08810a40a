#include "proxy/session/session.h"

#include <algorithm>

#include "proxy/observe/log.h"
#include "smpp/framer.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;
using std::chrono::steady_clock;

namespace {

// How long the rest of a header may take whose command_length is impossible; what is awaited when both are about to
// part: the answers to the gate's own unbind, those to a sender that has shut its side.
constexpr std::chrono::seconds patience{1};
constexpr std::chrono::seconds parting_patience{5};
// Between two looks for requests that nobody will answer any more.
constexpr std::chrono::seconds forget_interval{5};

}  // namespace

session::session(std::shared_ptr<const policy> p, replies& r, outbox& o, metrics& m, session_host& host,
                 std::string peer, moment now)
    : policy_(std::move(p)),
      replies_(&r),
      outbox_(&o),
      metrics_(&m),
      host_(&host),
      peer_(std::move(peer)),
      began_(now.steady),
      last_forgotten_(now.steady),
      response_seconds_(m.upstream_response_seconds()) {
  side(leg::esme).connected = true;
  side(leg::esme).last_received = now.steady;
}

session::~session() {
  stop_transmitting();
}

// --- bytes ---

bool session::may_take(leg from) const {
  if (state_ == state::ended || !side(from).connected || !hears(from)) return false;
  // What one leg says may be answered on either: both must have room.
  if (side(leg::esme).paused || side(leg::smsc).paused) return false;
  if (from == leg::smsc) return side(leg::esme).requests.size() < limits().max_window;
  if (state_ == state::connecting || state_ == state::binding || state_ == state::half_closed || slowed_) return false;
  return side(leg::smsc).requests.size() + pending_.size() < limits().max_window;
}

std::size_t session::received(leg from, smpp::octets received, moment now) {
  std::size_t done = 0;
  texts_read_ = 0;
  if (from == leg::smsc) yields_ = false;
  while (done < received.size() && may_take(from)) {
    if (texts_read_ >= texts_a_turn) {
      yields_ = true;
      break;
    }
    const smpp::octets rest = received.subspan(done);
    if (const std::size_t plain = take_plain(from, rest, now); plain > 0) {
      done += plain;
      continue;
    }
    const smpp::frame f = smpp::next_frame(rest, limits().max_pdu_octets);
    if (f.status == smpp::framing::incomplete) break;
    if (f.status == smpp::framing::lost) {
      settle(now);  // what stood before it in the same octets
      if (!lost_framing(from, rest, now)) break;
      return received.size();
    }
    take(from, rest.first(f.length), now);
    done += f.length;
    update_pause(leg::esme);
    update_pause(leg::smsc);
  }
  settle(now);
  update_pause(leg::esme);
  update_pause(leg::smsc);
  if (done > 0) side(from).last_received = now.steady;
  return hears(from) ? done : received.size();
}

// What most of the octets are, as far as they are that: in fewer steps for each PDU.
std::size_t session::take_plain(leg from, smpp::octets rest, moment now) {
  if (state_ != state::bound || draining_) return 0;
  return from == leg::esme ? take_plain_submissions(rest, now) : take_plain_answers(rest, now);
}

// Nothing may point into the octets once received() returns, and what was counted is told.
void session::settle(moment now) {
  decide_pending(now);
  response_seconds_.flush();
  counted_.flush(*metrics_);
  decided_count_.flush();
}

// True when the verdict is spoken; false while more octets could still tell what this is.
bool session::lost_framing(leg from, smpp::octets rest, moment now) {
  one_side& s = side(from);
  const bool waited = s.framing_lost && now.steady - *s.framing_lost >= patience;
  const bool before_a_bind = from == leg::esme && state_ == state::unbound;
  if (before_a_bind && rest.size() >= 8 && smpp::name(command_id{smpp::read_u32(rest.data() + 4)}).empty()) {
    metrics_->malformed(from).Increment();
    metrics_->count_limit("not_smpp");
    ended_because_ = "not SMPP";
    s.wanted = wish::close_now;
    state_ = state::ended;
    return true;
  }
  if (rest.size() < smpp::header_length && !waited) {
    if (!s.framing_lost) s.framing_lost = now.steady;
    return false;
  }
  metrics_->malformed(from).Increment();
  if (before_a_bind && rest.size() < smpp::header_length) {
    metrics_->count_limit("not_smpp");
  } else {
    const bool readable = rest.size() >= smpp::header_length;
    smpp::append_header(s.output, command_id::generic_nack, command_status::ESME_RINVCMDLEN,
                        readable ? smpp::read_header(rest).sequence_number : 0);
  }
  end(from == leg::esme ? "framing lost by the ESME" : "framing lost by the SMSC");
  return true;
}

void session::take(leg from, smpp::octets pdu, moment now) {
  const smpp::header h = smpp::read_header(pdu);
  counted_.count(*metrics_, from, h.command_id);
  const bool may_wait = h.command_id == command_id::submit_sm || h.command_id == command_id::data_sm;
  if (!may_wait) decide_pending(now);  // each PDU finds done what came before it
  if (h.command_id == command_id::outbind) {
    end("outbind is not supported");
  } else if (from == leg::smsc) {
    smpp::is_response(h.command_id) ? take_smsc_answer(pdu, h, now) : take_smsc_request(pdu, h, now);
  } else if (smpp::is_response(h.command_id)) {
    take_esme_answer(pdu, h, now);  // unbound, too: an SMSC that refused a bind may ask whether the line lives
  } else if (state_ == state::unbound) {
    smpp::is_bind(h.command_id) ? take_bind(pdu, h, now) : take_unbound(h);
  } else {
    take_esme_request(pdu, h, now);
  }
}

void session::forward_request(leg to, smpp::octets pdu, const smpp::header& h, moment now) {
  send_on(to, pdu, h, now, {});
}

// The number it goes under.
std::uint32_t session::send_on(leg to, smpp::octets pdu, const smpp::header& h, moment now, const decided& what) {
  one_side& s = side(to);
  const auto [sequence_number, request] = s.requests.add();
  request = {.original = h.sequence_number, .id = h.command_id, .since = now.steady, .message = what};
  // alert_notification has no answer (4.12.1).
  if (h.command_id == command_id::alert_notification) s.requests.erase(sequence_number);
  const bool delivered =
      to == leg::esme && (h.command_id == command_id::deliver_sm || h.command_id == command_id::data_sm);
  smpp::append_renumbered(delivered ? delivered_to_esme(now) : s.output, pdu, sequence_number);
  return sequence_number;
}

void session::answer(leg to, const smpp::header& request, command_status status) {
  smpp::append_header(side(to).output, smpp::response_to(request.command_id), status, request.sequence_number);
}

// An answer nobody waits for is dropped: under the number it has, the other side might take it for another's. A
// generic_nack without a number (4.3: who sends it could not read the header) can be taken for nobody's, and crosses.
void session::take_stray(leg from, smpp::octets pdu, const smpp::header& h) {
  const bool crosses = state_ == state::bound && h.command_id == command_id::generic_nack && h.sequence_number == 0;
  if (!crosses) return metrics_->stray_answers(from).Increment();
  smpp::append_renumbered(side(from == leg::esme ? leg::smsc : leg::esme).output, pdu, 0);
}

void session::set_unsent(leg to, std::size_t octets) {
  side(to).unsent = octets;
  update_pause(to);
}

// Stops taking when too much is unsent, starts again at half of it.
void session::update_pause(leg l) {
  one_side& s = side(l);
  const std::size_t waiting = s.unsent + s.output.size();
  if (!s.paused && waiting > limits().max_unsent_octets) {
    s.paused = true;
    metrics_->count_limit("unsent_octets");
  } else if (s.paused && waiting <= limits().max_unsent_octets / 2) {
    s.paused = false;
  }
}

// --- connections ---

bool session::wants_reception() {
  return std::exchange(wants_reception_, false);
}

void session::reception_free(moment now) {
  if (state_ != state::connecting || !awaits_reception_) return;
  awaits_reception_.reset();
  go_upstream(now);
}

bool session::receives() const {
  return state_ != state::unbound && smpp::is_bind(bind_.command_id) &&
         bind_.command_id != command_id::bind_transmitter;
}

void session::go_upstream(moment now) {
  if (!side(leg::smsc).connected) {
    wants_upstream_ = true;
    return;
  }
  // The SMSC refused an earlier bind and kept the connection.
  state_ = state::binding;
  forward_request(leg::smsc, pending_bind_, bind_, now);
}

bool session::wants_upstream() {
  return std::exchange(wants_upstream_, false);
}

void session::upstream_connected(smpp::default_alphabet alphabet, moment now, const endpoint& reached) {
  if (state_ != state::connecting) return;
  one_side& smsc = side(leg::smsc);
  smsc.connected = true;
  smsc.wanted = wish::open;
  smsc.last_received = now.steady;
  alphabet_ = alphabet;
  upstream_ = reached;
  spelling_ = replies_->spelling_of(reached);
  state_ = state::binding;
  forward_request(leg::smsc, pending_bind_, smpp::read_header(pending_bind_), now);
}

void session::upstream_failed(moment) {
  if (state_ != state::connecting) return;
  answer(leg::esme, bind_, command_status::ESME_RBINDFAIL);
  pending_bind_ = {};
  bind_places_.clear();
  state_ = state::unbound;
}

// A sender that shuts its side still gets the answers to what it has sent; the SMSC learns at once that nothing
// follows.
void session::finished(leg which, moment now) {
  if (which != leg::esme || state_ != state::bound || side(leg::smsc).requests.empty()) return closed(which, now);
  state_ = state::half_closed;
  parting_since_ = now.steady;
  side(leg::smsc).wanted = wish::shut_when_sent;
}

void session::closed(leg which, moment now) {
  one_side& s = side(which);
  s.connected = false;
  s.wanted = wish::close_now;
  if (state_ == state::ended) return;
  if (which == leg::smsc && (state_ == state::unbound || state_ == state::connecting || state_ == state::binding)) {
    // An SMSC that refused the bind has hung up: the sender may bind again, or is about to. One that has not answered
    // it: another is asked. What the two had open is over.
    s.output.clear();
    s.requests.clear();
    side(leg::esme).requests.clear();
    guarded_.clear();
    if (state_ == state::binding) {
      state_ = state::connecting;
      wants_upstream_ = bind_dropped_ = true;
    }
    return;
  }
  end(which == leg::esme ? "closed by the ESME" : "closed by the SMSC");
  (void)now;
}

// Both legs are closed once what they are owed has been sent; a bind that nobody will answer any more is owed
// ESME_RBINDFAIL.
void session::end(std::string_view why) {
  if (state_ == state::ended) return;
  if (state_ == state::connecting || state_ == state::binding) {
    answer(leg::esme, bind_, command_status::ESME_RBINDFAIL);
  }
  refuse_slowed();
  state_ = state::ended;
  ended_because_ = why;
  bind_places_.clear();
  stop_transmitting();
  stop_delivering_kept();
  side(leg::smsc).requests.for_each([this](std::uint32_t number, const in_flight& request) {
    request.own ? give_up_own(number) : journal_unanswered(request, number);
  });
  for (one_side& s : sides_) {
    if (s.wanted != wish::close_now) s.wanted = s.connected ? wish::close_when_sent : wish::close_now;
  }
}

// --- time, store, operator ---

void session::tick(moment now) {
  if (state_ == state::ended) return;
  if (draining_ && state_ == state::bound) check_drained(now);
  transmit(now);
  look_after_kept(now);
  if (awaits_reception_ && now.steady - *awaits_reception_ >= parting_patience)
    reception_free(now);  // it must have gone
  const bool waiting_for_bind = state_ == state::unbound || state_ == state::connecting || state_ == state::binding;
  if (waiting_for_bind && now.steady - began_ >= limits().bind_timeout) {
    metrics_->count_limit("time_to_bind");
    return end("not bound in time");
  }
  if (state_ == state::unbinding && now.steady - parting_since_ >= parting_patience) return end("unbound");
  if (state_ == state::half_closed && now.steady - parting_since_ >= parting_patience) return end("closed by the ESME");
  if (limits().inactivity_timeout.count() > 0 && state_ == state::bound && !slowed_) {
    const auto last = std::max(side(leg::esme).last_received, side(leg::smsc).last_received);
    if (now.steady - last >= limits().inactivity_timeout) {
      metrics_->count_limit("inactivity");
      return begin_unbinding(now);
    }
  }
  if (now.steady - last_forgotten_ >= forget_interval) {
    last_forgotten_ = now.steady;
    forget_unanswered(leg::esme, now);
    forget_unanswered(leg::smsc, now);
  }
}

void session::forget_unanswered(leg l, moment now) {
  std::vector<std::uint32_t> late;
  side(l).requests.for_each([&](std::uint32_t sequence_number, const in_flight& request) {
    if (now.steady - request.since >= limits().response_timeout) late.push_back(sequence_number);
  });
  for (const std::uint32_t sequence_number : late) {
    if (l == leg::smsc) {
      const in_flight& request = *side(l).requests.find(sequence_number);
      request.own ? give_up_own(sequence_number) : journal_unanswered(request, sequence_number);
    }
    side(l).requests.erase(sequence_number);
    if (l == leg::esme) take_kept_answer(sequence_number, false, now);
    if (l == leg::smsc) {
      partial_.erase(sequence_number);
      held_.erase(sequence_number);
      replaced_.erase(sequence_number);
      counted_messages_.erase(sequence_number);
    } else {
      guarded_.erase(sequence_number);
    }
  }
}

void session::drain(moment now) {
  draining_ = true;
  draining_since_ = now.steady;
  refuse_slowed();
  stop_delivering_kept();
  if (state_ == state::bound) return check_drained(now);
  if (state_ != state::unbinding && state_ != state::half_closed) end("the gate is stopping");
}

// Unbinds when nothing is in flight, and while there is still time for it when something stays unanswered.
void session::check_drained(moment now) {
  if (!draining_ || state_ != state::bound) return;
  const std::chrono::milliseconds most = limits().drain_timeout;
  const bool late =
      now.steady - draining_since_ >= most - std::min<std::chrono::milliseconds>(parting_patience, most / 2);
  if (late || (side(leg::esme).requests.empty() && side(leg::smsc).requests.empty())) begin_unbinding(now);
}

// Nothing new is taken when the gate stops or unbinds: what is not answered is sent again, elsewhere or later. But
// nobody is to think the line dead meanwhile, and who unbinds by himself is not kept.
void session::take_while_parting(leg from, const smpp::header& h, moment now) {
  if (h.command_id != command_id::enquire_link && h.command_id != command_id::unbind) return;
  answer(from, h, command_status::ESME_ROK);
  if (h.command_id != command_id::unbind || state_ != state::bound) return;
  side(from).unbound = true;
  begin_unbinding(now);
}

void session::begin_unbinding(moment now) {
  refuse_slowed();
  state_ = state::unbinding;
  stop_transmitting();
  stop_delivering_kept();
  parting_since_ = now.steady;
  ended_because_ = draining_ ? "the gate is stopping" : "inactive";
  for (const leg l : {leg::esme, leg::smsc}) {
    if (side(l).unbound) continue;
    ++unbinds_due_;
    in_flight unbind;
    unbind.id = command_id::unbind;
    unbind.since = now.steady;
    unbind.own = true;
    smpp::append_header(side(l).output, command_id::unbind, command_status::ESME_ROK, side(l).requests.add(unbind));
  }
}

void session::use(std::shared_ptr<const policy> p) {
  policy_ = std::move(p);
  origin_sender_ = nullptr;
  if (candidates_) candidates_ = policy_->candidates_for(system_id_);
}

// Resolved when the bind is accepted, or when the SMSC shows that it is by delivering before it answers.
const candidates& session::bind_candidates() {
  if (!candidates_) candidates_ = policy_->candidates_for(system_id_);
  return *candidates_;
}

}  // namespace proxy
