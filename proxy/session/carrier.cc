// What the SMSC says of a number that the carrier blocks for a sender: an opt-out of that number in the scope of that
// sender. Nothing widens it, whatever opt_out.scope says: the person has told nobody anything, and the carrier blocks
// one sender's address.
#include "proxy/session/carrier.h"

#include <algorithm>
#include <boost/json.hpp>

#include "proxy/session/session.h"
#include "smpp/message.h"
#include "smpp/receipt.h"
#include "smpp/utf8.h"
#include "store/hexadecimal.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;

namespace {

std::string hexadecimal(command_status s) {
  std::string digits = store::hexadecimal([&] {
    std::array<std::uint8_t, 4> octets{};
    smpp::write_u32(octets.data(), static_cast<std::uint32_t>(s));
    return octets;
  }());
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return "0x" + digits;
}

bool contains(const auto& list, const auto& value) {
  return std::ranges::find(list, value) != list.end();
}

// The code by which a receipt tells of a block; empty when it does not.
std::string blocking_code(const carrier_blocks& known, const smpp::receipt& r) {
  using enum smpp::message_state;
  if (r.state == DELIVERED) return {};
  const auto is_known = [&](std::string_view code) {
    return std::ranges::any_of(known.receipt_err, [&](const std::string& k) { return smpp::same_error(k, code); });
  };
  if (!r.err.empty() && is_known(r.err)) return "err:" + smpp::readable(r.err);
  if (r.network_error_code && is_known(std::to_string(*r.network_error_code)))
    return "network_error_code " + std::to_string(*r.network_error_code);
  if (r.state && contains(known.message_state, *r.state))
    return "message_state " + std::to_string(static_cast<unsigned>(*r.state));
  return {};
}

store::event opt_out(store::number who, const sender& s, boost::json::object proof, smpp::octets pdu) {
  store::event e;
  e.actor = "gate";
  e.who = who;
  e.kind = store::event_kind::opt_out;
  e.scope = {store::scope_kind::sender, s.name};
  e.method = store::consent_method::carrier;
  e.source = "carrier";
  e.collector = s.name;
  proof["pdu"] = store::hexadecimal(pdu);
  e.evidence = boost::json::serialize(proof);
  return e;
}

store::event opt_out_by_answer(store::number who, const sender& s, command_status status, const std::string& system_id,
                               smpp::octets answer) {
  store::event e =
      opt_out(who, s, {{"rule", "command_status " + hexadecimal(status)}, {"system_id", system_id}}, answer);
  e.number_as_received = store::to_string(who);
  return e;
}

}  // namespace

const carrier_blocks& session::carrier() const {
  return carrier_of(policy_->settings(), upstream_);
}

// Nobody waits for it to be on disk: should it be lost, the next message brings the same answer.
void session::hear_carrier(const in_flight& request, smpp::octets answer) {
  const auto& known = carrier().command_status;
  const sender* s = known.empty() ? nullptr : policy_->sender_journalled_as(bind_candidates(), request.message.sender);
  if (s == nullptr) return;
  std::vector<store::event> events;
  const auto add = [&](const std::optional<store::number>& who, command_status status) {
    if (!who || *who == store::number{} || !contains(known, status) || policy_->has_opted_out_of(*s, *who)) return;
    events.push_back(opt_out_by_answer(*who, *s, status, system_id_, answer));
  };
  const smpp::header h = smpp::read_header(answer);
  add(request.message.who, h.command_status);
  if (request.id == command_id::submit_multi && h.command_id == command_id::submit_multi_resp) {
    for (const smpp::unsuccess_sme& u : smpp::unsuccess_in(answer))
      add(policy_->read_number({u.dest_addr_ton, u.dest_addr_npi, u.destination_addr}), u.error_status_code);
  }
  if (!events.empty()) host_->record({std::move(events), {}}, unguarded);
}

// What the gate itself has sent was sent for a sender.
void session::hear_carrier_of_own(const gate_request& request, command_status status, smpp::octets answer) {
  if (!contains(carrier().command_status, status)) return;
  const auto s = policy_->sender_named(request.sender);
  if (policy_->has_opted_out_of(*s, request.to)) return;
  host_->record({{opt_out_by_answer(request.to, *s, status, system_id_, answer)}, {}}, unguarded);
}

// A receipt goes from the person to the sender's address; from some SMSCs the other way round, as the message went.
std::vector<store::event> events_of_receipt(const policy& p, const candidates& c, const carrier_blocks& known,
                                            smpp::octets pdu, const smpp::message& m, store::instant wall) {
  if (known.empty() || !smpp::is_receipt(m)) return {};
  const std::string code = blocking_code(known, smpp::read_receipt(m));
  if (code.empty()) return {};
  const bool turned = p.is_own(m.source_addr);
  const smpp::address& person = turned ? m.destination_addr : m.source_addr;
  const smpp::address& sent_from = turned ? m.source_addr : m.destination_addr;
  const std::optional<store::number> who = p.read_number(person);
  if (!who || p.is_own(person)) return {};
  // Like the message: it belongs to a sender of this bind. One that arrives elsewhere, to those who wrote from there.
  std::vector<const sender*> senders;
  if (const sender* own = p.sender_of(c, sent_from); own != nullptr) {
    senders.push_back(own);
  } else {
    senders = p.writers_to(*who, c, sent_from, wall);
    if (senders.empty()) senders = p.senders_of_reply(c, sent_from);
  }
  std::vector<store::event> events;
  for (const sender* s : senders) {
    if (p.has_opted_out_of(*s, *who)) continue;
    boost::json::object proof{{"rule", code},
                              {"source_addr", smpp::readable(m.source_addr.text)},
                              {"destination_addr", smpp::readable(m.destination_addr.text)},
                              {"system_id", c.system_id}};
    events.push_back(opt_out(*who, *s, std::move(proof), pdu));
    events.back().number_as_received = smpp::readable(person.text);
  }
  return events;
}

}  // namespace proxy
