// What the sender says: binds, submissions, everything else, and its answers to the SMSC.
#include <algorithm>

#include "proxy/session/session.h"
#include "smpp/bind.h"
#include "smpp/message.h"
#include "smpp/utf8.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;

// Before a bind the gate itself answers: enquire_link and unbind as asked, all else with ESME_RINVBNDSTS (2.2).
void session::take_unbound(const smpp::header& h) {
  if (h.command_id == command_id::enquire_link) {
    answer(leg::esme, h, command_status::ESME_ROK);
  } else if (h.command_id == command_id::unbind) {
    answer(leg::esme, h, command_status::ESME_ROK);
    end("unbound");
  } else if (smpp::name(h.command_id).empty() || h.command_id == command_id::alert_notification) {
    smpp::append_header(side(leg::esme).output, command_id::generic_nack, command_status::ESME_RINVBNDSTS,
                        h.sequence_number);
  } else {
    answer(leg::esme, h, command_status::ESME_RINVBNDSTS);
  }
}

void session::take_bind(smpp::octets pdu, const smpp::header& h, moment now) {
  smpp::bind bind;
  if (const command_status status = smpp::decode(pdu, bind); status != command_status::ESME_ROK) {
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, status);
  }
  system_id_ = smpp::readable(bind.system_id);
  if (!may_try_to_bind(now)) {
    answer(leg::esme, h, command_status::ESME_RBINDFAIL);
    return end("too many attempts to bind");
  }
  if (!comes_from_where_it_may()) return answer(leg::esme, h, command_status::ESME_RBINDFAIL);
  bind_ = h;
  candidates_.reset();
  origin_sender_ = nullptr;
  bind_dropped_ = false;
  pending_bind_.assign(pdu.begin(), pdu.end());
  state_ = state::connecting;
  bound_as_.clear();
  const credentials_config& c = policy_->settings().credentials;
  if (c.empty()) return go_on_binding(now);
  const auto known = c.by_system_id.find(system_id_);
  password_question_.emplace(system_id_, std::string(bind.password),
                             known != c.by_system_id.end() ? known->second.hash : c.stand_in);
}

void session::take_esme_request(smpp::octets pdu, const smpp::header& h, moment now) {
  if (draining_ || state_ != state::bound) return take_while_parting(leg::esme, h, now);
  switch (h.command_id) {
    case command_id::submit_sm:
    case command_id::data_sm:
      return take_submission(pdu, h, now);
    case command_id::submit_multi:
      return take_submit_multi(pdu, h, now);
    case command_id::broadcast_sm:
      return take_broadcast_sm(pdu, h, now);
    case command_id::replace_sm:
      return take_replace_sm(pdu, h, now);
    case command_id::bind_receiver:
    case command_id::bind_transmitter:
    case command_id::bind_transceiver:
      return answer(leg::esme, h, command_status::ESME_RALYBND);
    case command_id::unbind:
      refuse_slowed();
      stop_transmitting();
      stop_delivering_kept();
      return forward_request(leg::smsc, pdu, h, now);
    default:
      return forward_request(leg::smsc, pdu, h, now);
  }
}

void session::take_esme_answer(smpp::octets pdu, const smpp::header& h, moment now) {
  one_side& esme = side(leg::esme);
  const in_flight* found = esme.requests.find(h.sequence_number);
  if (found == nullptr) return take_stray(leg::esme, pdu, h);
  const in_flight request = *found;
  if (request.guarded) {
    guarded_reply& reply = guarded_[h.sequence_number];
    reply.answer.clear();
    smpp::append_renumbered(reply.answer, pdu, request.original);
    return answer_guarded(h.sequence_number, request, reply, now);
  }
  esme.requests.erase(h.sequence_number);
  if (request.kept) {
    const bool accepted = h.command_id != command_id::generic_nack && h.command_status == command_status::ESME_ROK;
    return take_kept_answer(h.sequence_number, accepted, now);
  }
  if (!request.own) smpp::append_renumbered(side(leg::smsc).output, pdu, request.original);
  after_answer(request, now);
}

}  // namespace proxy
