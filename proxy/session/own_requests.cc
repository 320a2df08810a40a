// What the gate itself asks of the SMSC through this bind: taken from the outbox, answered to it, and never seen by the
// sender.
#include "proxy/session/session.h"
#include "smpp/message.h"

namespace proxy {

using smpp::command_id;
using smpp::command_status;

namespace {

// So many without an answer: few, since the window of the SMSC is the sender's (2.7).
constexpr std::size_t most_own = 10;

}  // namespace

void session::begin_transmitting(moment now) {
  if (bind_.command_id == command_id::bind_receiver) return;
  transmits_ = true;
  outbox_->join(system_id_, *host_);
  transmit(now);
}

// Whatever is taken from now on might not be read any more.
void session::stop_transmitting() {
  if (std::exchange(transmits_, false)) outbox_->leave(*host_);
}

// Nothing is taken while the connection is stalled: another bind may be quicker.
void session::transmit(moment now) {
  one_side& smsc = side(leg::smsc);
  while (transmits_ && !draining_ && state_ == state::bound && !outbox_->empty() && own_.size() < most_own &&
         smsc.requests.size() < limits().max_window && smsc.unsent == 0 && !smsc.paused) {
    std::optional<gate_request> taken = outbox_->take(system_id_, now.steady);
    if (!taken) return;
    const smpp::buffer pdu = taken->pdu(alphabet_);
    if (pdu.empty()) {
      outbox_->finish(*taken, {gate_answer::fate::dropped, {}, {}});
      continue;
    }
    in_flight request;
    request.id = smpp::read_header(pdu).command_id;
    request.since = now.steady;
    request.own = true;
    const std::uint32_t sequence_number = smsc.requests.add(request);
    smpp::append_renumbered(smsc.output, pdu, sequence_number);
    own_.emplace(sequence_number, *std::move(taken));
  }
}

void session::hear_own_answer(std::uint32_t sequence_number, smpp::octets answer) {
  const auto found = own_.extract(sequence_number);
  if (found.empty()) return;  // the answer to an unbind
  const smpp::header h = smpp::read_header(answer);
  gate_answer a{gate_answer::fate::refused, h.command_status, {}};
  if (h.command_id != command_id::generic_nack) {
    a.message_id = smpp::message_id(answer);
    if (h.command_status == command_status::ESME_ROK) a.what = gate_answer::fate::accepted;
  }
  const gate_request& r = found.mapped();
  if (r.to != store::number{} && policy_->hears_carriers()) hear_carrier_of_own(r, h.command_status, answer);
  outbox_->finish(r, a);
}

void session::give_up_own(std::uint32_t sequence_number) {
  if (const auto found = own_.extract(sequence_number); !found.empty())
    outbox_->finish(found.mapped(), {gate_answer::fate::unanswered, {}, {}});
}

}  // namespace proxy
