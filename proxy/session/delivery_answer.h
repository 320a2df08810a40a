// The gate's own answer to a deliver_sm or data_sm of the SMSC.
#pragma once

#include "smpp/pdu.h"

namespace proxy {

// ESME_RX_T_APPN makes the SMSC send it again. The message_id of these answers is one NUL (4.6.2).
inline void append_delivery_answer(smpp::buffer& out, smpp::command_id request, std::uint32_t sequence_number,
                                   smpp::command_status status) {
  const std::size_t start = out.size();
  smpp::append_header(out, smpp::response_to(request), status, sequence_number);
  out.push_back(0);
  smpp::write_u32(out.data() + start, smpp::header_length + 1);
}

}  // namespace proxy
