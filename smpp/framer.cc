#include "smpp/framer.h"

namespace smpp {

frame next_frame(octets received, std::uint32_t max_command_length) {
  if (received.size() < 4) return {framing::incomplete, 0};
  const std::uint32_t length = read_u32(received.data());
  if (length < header_length || length > max_command_length) return {framing::lost, 0};
  if (received.size() < length) return {framing::incomplete, length};
  return {framing::complete, length};
}

}  // namespace smpp
