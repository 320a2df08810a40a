// Optional parameters: tag, length, value (3.2.4.1); tags in 5.3.2.
#pragma once

#include <optional>

#include "smpp/pdu.h"

namespace smpp {

namespace tag {
inline constexpr std::uint16_t receipted_message_id = 0x001E;
inline constexpr std::uint16_t sar_msg_ref_num = 0x020C;
inline constexpr std::uint16_t sar_total_segments = 0x020E;
inline constexpr std::uint16_t sar_segment_seqnum = 0x020F;
inline constexpr std::uint16_t network_error_code = 0x0423;
inline constexpr std::uint16_t message_payload = 0x0424;
inline constexpr std::uint16_t message_state = 0x0427;
}  // namespace tag

// True when `area` is a whole number of parameters. One to three trailing NULs, which senders that count their text one
// octet short leave behind, are let through.
bool well_formed(octets area);

// The value of the first parameter with this tag in a well-formed area.
std::optional<octets> find(octets area, std::uint16_t tag);

// The same for an unsigned integer of one or two octets (senders use either width for sar_msg_ref_num).
std::optional<std::uint16_t> find_integer(octets area, std::uint16_t tag);

}  // namespace smpp
