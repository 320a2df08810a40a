// Messages that the SMSC is to hold until later: kept in mind from its answer on, in case the recipient opts out before
// they are due (cancellations.h), or the sender replaces them (replacing.cc).
#include <algorithm>

#include "proxy/session/session.h"
#include "smpp/message.h"
#include "smpp/submit_multi.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;

// An opt-out does not cover what needs no consent.
bool session::is_to_be_held(const pending_submission& p, moment now) const {
  return p.due > now.wall && p.who && p.from->kind != policy_kind::exempt;
}

session::held_message session::held_as(const pending_submission& p, const smpp::message& m,
                                       const smpp::address& destination_addr) const {
  return {*p.who,
          p.due,
          {p.from->name, system_id_, {}, keep(m.source_addr), keep(destination_addr), m.esm_class, m.data_coding}};
}

void session::await_schedule(std::uint32_t sequence_number, const pending_submission& p) {
  smpp::message m;
  smpp::decode_submit_sm(p.pdu, m);
  held_[sequence_number].push_back(held_as(p, m, m.destination_addr));
}

// One message_id stands for all destinations of a submit_multi: with it, the others' would be cancelled, too.
// By its addresses the message of one is told only where nobody else writes from the same.
void session::await_schedules(std::uint32_t sequence_number, std::vector<held_message> held, bool alone, bool shared) {
  const bool by_address = !alone;
  if (held.empty() || (by_address && (shared || policy_->settings().hashed_numbers))) return;
  for (held_message& h : held)
    h.by_address = by_address;
  held_[sequence_number] = std::move(held);
}

void session::hear_scheduled(const in_flight& request, std::uint32_t sequence_number, smpp::octets answer) {
  const auto found = held_.extract(sequence_number);
  const smpp::header h = smpp::read_header(answer);
  if (found.empty() || h.command_status != command_status::ESME_ROK) return;
  const std::string_view message_id = smpp::message_id(answer);
  std::vector<smpp::unsuccess_sme> unsuccess;
  if (request.id == command_id::submit_multi) unsuccess = smpp::unsuccess_in(answer);
  for (held_message& held : found.mapped()) {
    const std::string& to = held.what.destination.text;
    if (std::ranges::find(unsuccess, to, &smpp::unsuccess_sme::destination_addr) != unsuccess.end()) continue;
    if (!held.by_address) held.what.message_id = message_id;
    if (!policy_->keep_scheduled(pack(held.who, held.due, held.what))) metrics_->count_limit("scheduled_messages");
  }
}

}  // namespace proxy
