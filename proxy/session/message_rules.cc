// Submissions of senders whose messages must keep to rules beyond consent.
#include <algorithm>

#include "proxy/session/session.h"
#include "smpp/message.h"

namespace proxy {

using smpp::command_id;

decision session::judge_message(const pending_submission& p, const decision& consented, moment now,
                                counted_message& counted) const {
  smpp::message m;
  if (p.message != nullptr) {
    m = *p.message;
  } else if (p.header.command_id == command_id::data_sm) {
    smpp::decode_data_sm(p.pdu, m, true);
  } else {
    smpp::decode_submit_sm(p.pdu, m);
  }
  return policy_->judge_message(*p.from, consented, {&m, *p.who, alphabet_, now.wall, now.steady}, counted);
}

// What the SMSC refuses does not count towards the cap: the whole message, or those destinations of a submit_multi that
// it says have not got it.
void session::settle_counted(const in_flight& request, std::uint32_t sequence_number, smpp::octets answer) {
  const auto counted = counted_messages_.extract(sequence_number);
  const smpp::header h = smpp::read_header(answer);
  if (h.command_status != smpp::command_status::ESME_ROK) {
    for (counted_message& one : counted.mapped())
      one.take_back();
  } else if (request.id == command_id::submit_multi) {
    for (const smpp::unsuccess_sme& u : smpp::unsuccess_in(answer)) {
      const auto who = policy_->read_number({u.dest_addr_ton, u.dest_addr_npi, u.destination_addr});
      const auto found = std::ranges::find_if(counted.mapped(), [&](const counted_message& one) {
        return one.by && who && one.who == policy_->recipient_of(*who);
      });
      if (found != counted.mapped().end()) found->take_back();
    }
  }
}

}  // namespace proxy
