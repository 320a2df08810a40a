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
inline frame next_frame(octets received, std::size_t max_command_length) {
  if (received.size() < 4) return {framing::incomplete, 0};
  const std::uint32_t length = read_u32(received.data());
  if (length < header_length || length > max_command_length) return {framing::lost, 0};
  if (received.size() < length) return {framing::incomplete, length};
  return {framing::complete, length};
}

}  // namespace smpp
