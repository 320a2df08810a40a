// What the SMSC says: its answers to the sender, the messages and receipts it delivers, and in them what people write
// back.
#include "proxy/session/carrier.h"
#include "proxy/session/delivery_answer.h"
#include "proxy/session/session.h"
#include "smpp/bind.h"
#include "smpp/message.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;

namespace {

bool is_submission(command_id id) {
  return id == command_id::submit_sm || id == command_id::data_sm || id == command_id::submit_multi;
}

}  // namespace

void session::take_smsc_answer(smpp::octets pdu, const smpp::header& h, moment now) {
  one_side& smsc = side(leg::smsc);
  const in_flight* found = smsc.requests.find(h.sequence_number);
  if (found == nullptr) return take_stray(leg::smsc, pdu, h);
  const in_flight request = *found;
  smsc.requests.erase(h.sequence_number);
  if (request.own) {
    hear_own_answer(h.sequence_number, pdu);
    return after_answer(request, now);
  }
  response_seconds_.observe(now.steady - request.since);
  if (policy_->speaks()) learn_spelling(request, h, pdu);
  if (request.message.journalled) journal_answer(request, h.sequence_number, pdu);
  if (request.id == command_id::replace_sm) hear_replaced(h.sequence_number, pdu);
  if (!held_.empty()) hear_scheduled(request, h.sequence_number, pdu);
  if (policy_->hears_carriers() && is_submission(request.id)) hear_carrier(request, pdu);
  if (request.message.counted) settle_counted(request, h.sequence_number, pdu);
  smpp::buffer& to_esme = side(leg::esme).output;
  if (request.partial) {
    const auto refused = partial_.extract(h.sequence_number);
    smpp::append_submit_multi_resp(to_esme, pdu, request.original, refused.mapped());
  } else if (!bound_as_.empty() && smpp::is_bind(request.id) && smpp::message_id(pdu) == bound_as_) {
    // Some SMSCs name who has bound: that is not for the sender to know.
    smpp::append_renumbered(to_esme, smpp::bind_resp_naming(pdu, system_id_), request.original);
  } else {
    smpp::append_renumbered(to_esme, pdu, request.original);
  }
  if (state_ == state::binding && smpp::is_bind(request.id)) {
    const bool accepted = h.command_status == command_status::ESME_ROK && h.command_id == smpp::response_to(request.id);
    state_ = accepted ? state::bound : state::unbound;
    pending_bind_ = {};
    if (!accepted) bind_places_.clear();
    if (accepted) {
      bind_candidates();
      begin_transmitting(now);
      begin_receiving(now);
    }
  }
  after_answer(request, now);
}

// Of one message alone: whom one of a submit_multi went to is not known here.
void session::learn_spelling(const in_flight& request, const smpp::header& h, smpp::octets answer) {
  const bool accepted = h.command_status == command_status::ESME_ROK && h.command_id != command_id::generic_nack;
  const bool one = request.id == command_id::submit_sm || request.id == command_id::data_sm;
  if (!accepted || !one || request.message.who == store::number{} || spelling_->is_known()) return;
  spelling_->given(request.message.who, smpp::message_id(answer));
}

// An answered unbind ends the session (4.2); the last answer of a draining one lets it unbind.
void session::after_answer(const in_flight& request, moment now) {
  if (state_ == state::unbinding) {
    if (request.own && request.id == command_id::unbind && --unbinds_due_ == 0) end(std::string(ended_because_));
  } else if (request.id == command_id::unbind) {
    end("unbound");
  } else if (state_ == state::half_closed) {
    if (side(leg::smsc).requests.empty()) end("closed by the ESME");
  } else {
    check_drained(now);
    if (request.own) transmit(now);
  }
}

void session::take_smsc_request(smpp::octets pdu, const smpp::header& h, moment now) {
  if (state_ == state::half_closed) return;  // nobody there to take it: it is delivered again
  if (draining_ || state_ == state::unbinding) return take_while_parting(leg::smsc, h, now);
  if (h.command_id == command_id::unbind) {
    refuse_slowed();
    stop_transmitting();
    stop_delivering_kept();
  }
  const bool may_be_a_reply = h.command_id == command_id::deliver_sm || h.command_id == command_id::data_sm;
  if (may_be_a_reply && take_reply(pdu, h, now)) return;
  forward_request(leg::esme, pdu, h, now);
}

// True when the PDU is dealt with. A reply, or a receipt of a blocked number, that goes on record is blocked in memory
// by the time record() returns, forwarded, and answered to the SMSC only when the record is on disk. A receipt for what
// the gate itself has sent ends here: it is answered as the sender would.
bool session::take_reply(smpp::octets pdu, const smpp::header& h, moment now) {
  smpp::message m;
  const command_status decoded =
      h.command_id == command_id::data_sm ? smpp::decode_data_sm(pdu, m, false) : smpp::decode_deliver_sm(pdu, m);
  if (decoded != command_status::ESME_ROK) metrics_->malformed(leg::smsc).Increment();
  // Broken optional parameters leave the text readable: a STOP is heard all the same.
  if (decoded != command_status::ESME_ROK && decoded != command_status::ESME_RINVOPTPARSTREAM) return false;
  if (smpp::is_from_a_person(m)) ++texts_read_;
  const bool own = replies_->is_own_receipt(*policy_, m, *spelling_);
  reply r;
  if (!own) r = replies_->read({*policy_, bind_candidates(), host_, now}, pdu, m, alphabet_);
  if (!r.goes_on_record() && policy_->hears_carriers())
    r.events = events_of_receipt(*policy_, bind_candidates(), carrier(), pdu, m, now.wall);
  if (!r.goes_on_record()) {
    if (own) append_delivery_answer(side(leg::smsc).output, h.command_id, h.sequence_number, command_status::ESME_ROK);
    return own;
  }

  in_flight request;
  request.original = h.sequence_number;
  request.id = h.command_id;
  request.since = now.steady;
  request.guarded = true;
  one_side& esme = side(leg::esme);
  const std::uint32_t ticket = esme.requests.add(request);
  if (own) {
    append_delivery_answer(guarded_[ticket].answer, h.command_id, h.sequence_number, command_status::ESME_ROK);
  } else {
    guarded_[ticket];
    smpp::append_renumbered(delivered_to_esme(now), pdu, ticket);
  }
  host_->record(std::move(r), ticket);
  return true;
}

void session::recorded(std::uint32_t ticket, bool on_disk, moment now) {
  if (ticket == unguarded && !on_disk) metrics_->unstored_opt_outs().Increment();
  const auto reply = guarded_.find(ticket);
  const in_flight* found = side(leg::esme).requests.find(ticket);
  if (reply == guarded_.end() || found == nullptr) return;
  const in_flight request = *found;
  reply->second.fate = on_disk ? guarded_reply::fate::on_disk : guarded_reply::fate::failed;
  if (!on_disk) {
    metrics_->unstored_opt_outs().Increment();
    append_delivery_answer(side(leg::smsc).output, request.id, request.original, command_status::ESME_RX_T_APPN);
  }
  answer_guarded(ticket, request, reply->second, now);
}

// The SMSC hears the sender's answer once both have spoken, the sender and the disk; after a failure the sender's is
// dropped.
void session::answer_guarded(std::uint32_t ticket, const in_flight& request, guarded_reply& reply, moment now) {
  if (reply.fate == guarded_reply::fate::writing || reply.answer.empty()) return;
  if (reply.fate == guarded_reply::fate::on_disk) {
    smpp::buffer& to_smsc = side(leg::smsc).output;
    to_smsc.insert(to_smsc.end(), reply.answer.begin(), reply.answer.end());
  }
  side(leg::esme).requests.erase(ticket);
  guarded_.erase(ticket);
  after_answer(request, now);
}

}  // namespace proxy
