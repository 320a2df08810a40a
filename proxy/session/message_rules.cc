// Submissions of senders whose messages must keep to rules beyond consent.
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

// What the SMSC refuses does not count towards the cap.
void session::settle_counted(std::uint32_t sequence_number, smpp::command_status status) {
  const auto counted = counted_messages_.extract(sequence_number);
  if (status == smpp::command_status::ESME_ROK) return;
  for (counted_message& one : counted.mapped())
    one.take_back();
}

}  // namespace proxy
