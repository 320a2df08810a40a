// Where one PDU ends and the next begins in a stream of octets (3.2).
#pragma once

#include "smpp/pdu.h"

namespace smpp {

enum class framing {
  incomplete,  // more octets are needed
  complete,    // the first `length` octets are one PDU
  lost,        // command_length is below 16 or above the limit: nothing after this can be trusted
};

struct frame {
  framing status;
  std::size_t length;
};

// Looks at the front of `received`; copies nothing. Decides as soon as the four octets of command_length are there.
frame next_frame(octets received, std::uint32_t max_command_length);

}  // namespace smpp
