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
  bind_ = h;
  candidates_.reset();
  if (side(leg::smsc).connected) {
    // The SMSC refused an earlier bind and kept the connection.
    state_ = state::binding;
    return forward_request(leg::smsc, pdu, h, now);
  }
  pending_bind_.assign(pdu.begin(), pdu.end());
  state_ = state::connecting;
  wants_upstream_ = true;
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
    case command_id::bind_receiver:
    case command_id::bind_transmitter:
    case command_id::bind_transceiver:
      return answer(leg::esme, h, command_status::ESME_RALYBND);
    default:
      return forward_request(leg::smsc, pdu, h, now);
  }
}

decision session::decide(const smpp::address& source_addr, const smpp::address& destination_addr, moment now,
                         decided& what) {
  const sender* found = policy_->sender_of(*candidates_, source_addr);
  const sender& s = found != nullptr ? *found : *candidates_->senders.front();
  std::optional<store::number> who;
  if (s.kind != policy_kind::exempt || policy_->journals()) who = policy_->read_number(destination_addr);
  const decision d =
      found != nullptr ? policy_->decide(s, who, now.wall) : policy_->apply_mode(s, reason::sender_mismatch);
  count(s, d, destination_addr.text);
  what = decided_as(s, d, who, now);
  return d;
}

void session::count(const sender& s, const decision& d, std::string_view destination) {
  s.submits->count(d.verdict, d.reason);
  if (d.reason != reason::none) s.refusals->add(d.verdict, d.reason, destination);
}

// submit_sm and data_sm: one destination, one verdict.
void session::take_submission(smpp::octets pdu, const smpp::header& h, moment now) {
  smpp::message m;
  const command_status decoded =
      h.command_id == command_id::data_sm ? smpp::decode_data_sm(pdu, m, true) : smpp::decode_submit_sm(pdu, m);
  if (decoded != command_status::ESME_ROK) {
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, decoded);
  }
  ++submissions_;
  decided what;
  const decision d = decide(m.source_addr, m.destination_addr, now, what);
  if (d.verdict == verdict::refused) {
    journal(what, m.destination_addr.text);
    return answer(leg::esme, h, policy_->status_of(d.reason));
  }
  forward_submission(pdu, h, now, what, m.destination_addr.text);
}

// Each destination gets its own verdict: the refused ones are taken out, and reported when the SMSC has answered for
// the rest.
void session::take_submit_multi(smpp::octets pdu, const smpp::header& h, moment now) {
  smpp::submit_multi m;
  if (const command_status status = smpp::decode_submit_multi(pdu, m); status != command_status::ESME_ROK) {
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, status);
  }
  ++submissions_;
  std::vector<bool> keep;
  std::vector<smpp::unsuccess_sme> refused;
  std::vector<listed_decision> forwarded;
  for (const smpp::dest_address& to : m.dest_addresses) {
    const std::string_view destination = to.distribution_list ? to.dl_name : to.sme.text;
    decided what;
    const decision d = to.distribution_list ? decide_unverifiable(m.source_addr, to.dl_name, now, what)
                                            : decide(m.source_addr, to.sme, now, what);
    keep.push_back(d.verdict != verdict::refused);
    if (keep.back()) {
      if (what.journalled) forwarded.push_back({what, std::string(destination)});
      continue;
    }
    journal(what, destination);
    refused.push_back({to.sme.ton, to.sme.npi, std::string(destination), policy_->status_of(d.reason)});
  }
  decided all;
  all.journalled = all.listed = !forwarded.empty();
  if (refused.empty()) {
    const std::uint32_t sequence_number = send_on(leg::smsc, pdu, h, now, all);
    if (all.listed) listed_[sequence_number] = std::move(forwarded);
    return;
  }
  if (refused.size() == m.dest_addresses.size()) return answer(leg::esme, h, refused.front().error_status_code);

  in_flight request;
  request.original = h.sequence_number;
  request.id = h.command_id;
  request.since = now.steady;
  request.partial = true;
  request.message = all;
  one_side& smsc = side(leg::smsc);
  const std::uint32_t sequence_number = smsc.requests.add(request);
  smpp::append_submit_multi(smsc.output, m, keep, sequence_number);
  partial_[sequence_number] = std::move(refused);
  if (all.listed) listed_[sequence_number] = std::move(forwarded);
}

// A distribution list or an area: nobody can say who would get it.
decision session::decide_unverifiable(const smpp::address& source_addr, std::string_view destination, moment now,
                                      decided& what) {
  const sender* s = policy_->sender_of(*candidates_, source_addr);
  const sender& counted = s != nullptr ? *s : *candidates_->senders.front();
  decision d{verdict::forwarded, reason::none, 0};
  if (s == nullptr) {
    d = policy_->apply_mode(counted, reason::sender_mismatch);
  } else if (s->kind != policy_kind::exempt) {
    d = policy_->apply_mode(*s, reason::unverifiable_destination);
  }
  count(counted, d, destination);
  what = decided_as(counted, d, std::nullopt, now);
  return d;
}

void session::take_broadcast_sm(smpp::octets pdu, const smpp::header& h, moment now) {
  smpp::address source_addr;
  if (const command_status status = smpp::decode_broadcast_sm(pdu, source_addr); status != command_status::ESME_ROK) {
    metrics_->malformed(leg::esme).Increment();
    return answer(leg::esme, h, status);
  }
  ++submissions_;
  constexpr std::string_view everybody = "broadcast";
  decided what;
  const decision d = decide_unverifiable(source_addr, everybody, now, what);
  if (d.verdict == verdict::refused) {
    journal(what, everybody);
    return answer(leg::esme, h, policy_->status_of(d.reason));
  }
  forward_submission(pdu, h, now, what, everybody);
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
  if (!request.own) smpp::append_renumbered(side(leg::smsc).output, pdu, request.original);
  after_answer(request, now);
}

}  // namespace proxy
