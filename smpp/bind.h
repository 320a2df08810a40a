// bind_receiver, bind_transmitter, bind_transceiver (4.1): one body for the three.
#pragma once

#include "smpp/pdu.h"

namespace smpp {

// Views into the PDU they were decoded from.
struct bind {
  std::string_view system_id;
  std::string_view password;
  std::string_view system_type;
  std::uint8_t interface_version = 0;  // any value is accepted: 0x34 is 3.4, and 0x00, 0x22, 0x33, 0x50, 0xff are seen
  std::uint8_t addr_ton = 0;
  std::uint8_t addr_npi = 0;
  std::string_view address_range;
};

// ESME_ROK, or ESME_RINVMSGLEN when the body ends inside a field. Fields longer than the specification allows are
// accepted: the SMSC is the one to refuse them.
command_status decode(octets pdu, bind& out);

// Appends a bind as an SMPP 3.4 ESME sends it (interface_version 0x34, no address_range).
void append_bind(buffer& out, command_id id, std::uint32_t sequence_number, std::string_view system_id,
                 std::string_view password, std::string_view system_type);

// The same bind, decoded without an error, of somebody else: all but system_id and password stays.
buffer bind_as(octets pdu, std::string_view system_id, std::string_view password);
// The same answer to a bind, one that has a system_id, with another.
buffer bind_resp_naming(octets pdu, std::string_view system_id);

}  // namespace smpp
