// submit_sm, deliver_sm (4.4.1, 4.6.1: one layout) and data_sm (4.7.1), decoded as views into the PDU: no octet is
// copied.
#pragma once

#include "smpp/pdu.h"

namespace smpp {

// type_of_number (5.2.5)
namespace ton {
inline constexpr std::uint8_t unknown = 0;
inline constexpr std::uint8_t international = 1;
inline constexpr std::uint8_t national = 2;
inline constexpr std::uint8_t network_specific = 3;
inline constexpr std::uint8_t subscriber = 4;
inline constexpr std::uint8_t alphanumeric = 5;
inline constexpr std::uint8_t abbreviated = 6;
}  // namespace ton

struct address {
  std::uint8_t ton = 0;
  std::uint8_t npi = 0;
  std::string_view text;  // source_addr, destination_addr: without its NUL
};

struct message {
  std::string_view service_type;
  address source_addr;
  address destination_addr;
  std::uint8_t esm_class = 0;
  std::uint8_t protocol_id = 0;             // not in data_sm
  std::uint8_t priority_flag = 0;           // not in data_sm
  std::string_view schedule_delivery_time;  // not in data_sm
  std::string_view validity_period;         // not in data_sm
  std::uint8_t registered_delivery = 0;
  std::uint8_t replace_if_present_flag = 0;  // not in data_sm
  std::uint8_t data_coding = 0;
  std::uint8_t sm_default_msg_id = 0;  // not in data_sm
  octets short_message;                // not in data_sm
  octets optional_parameters;          // well formed (tlv.h)
};

// ESME_ROK, or what the specification says to answer: ESME_RINVMSGLEN when a mandatory field is cut short or sm_length
// runs past the end, ESME_RINVDSTADR when a submission has no destination, ESME_RINVOPTPARSTREAM when the optional
// parameters do not add up. Fields longer than the specification allows are accepted.
// On ESME_RINVOPTPARSTREAM every mandatory field is set all the same, and optional_parameters reads up to where it
// breaks: a deliver_sm can still be understood.
command_status decode_submit_sm(octets pdu, message& out);
command_status decode_deliver_sm(octets pdu, message& out);
// An empty destination_addr is refused only for `submission`: data_sm travels both ways.
command_status decode_data_sm(octets pdu, message& out, bool submission);

// replace_sm (4.10.1): another text, and perhaps another time, for a message that the SMSC has not delivered yet. What
// is not in it stays as it was: to whom, and the data_coding.
struct replace_sm {
  std::string_view message_id;
  message rest;
};
// ESME_ROK, ESME_RINVMSGLEN or ESME_RINVOPTPARSTREAM.
command_status decode_replace_sm(octets pdu, replace_sm& out);

// broadcast_sm (SMPP 5.0, 4.4.1): only the address it claims to come from.
command_status decode_broadcast_sm(octets pdu, address& source_addr);

// The message_id an SMSC gives in its answer to a submission: every such answer begins with it. Empty when there is
// none; one without its NUL is taken as it is.
std::string_view message_id(octets answer);

// The user data: message_payload when it is there and short_message is empty (5.3.2.32) or NULs alone, short_message
// otherwise.
octets user_data(const message& m);

// esm_class (5.2.12): a message a person typed, not a receipt, an acknowledgement, a conversation abort or an
// intermediate notification. A receipt that hides its class is known by receipted_message_id or message_state.
bool is_from_a_person(const message& deliver_sm);

// esm_class bit 6: the user data starts with a user data header.
constexpr bool has_udh(const message& m) {
  return (m.esm_class & 0x40U) != 0;
}

}  // namespace smpp
