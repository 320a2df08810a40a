// submit_multi and its answer (4.5): the one submission with several destinations, each of which gets its own verdict.
#pragma once

#include <string>

#include "smpp/message.h"

namespace smpp {

// One dest_address (4.5.1.1): an SME address (dest_flag 1) or the name of a distribution list (dest_flag 2).
struct dest_address {
  bool distribution_list = false;
  address sme;               // when not a distribution list
  std::string_view dl_name;  // when a distribution list
  octets encoded;            // its octets in the PDU, dest_flag included
};

struct submit_multi {
  std::string_view service_type;
  address source_addr;
  std::vector<dest_address> dest_addresses;  // at least 1; 4.5.1 allows 254, 255 is let through
  octets before;                             // the body up to number_of_dests
  octets after;                              // the body from esm_class on
  message rest;                              // the remaining fields, as in submit_sm; destination_addr stays empty
};

// ESME_ROK, ESME_RINVMSGLEN, ESME_RINVNUMDESTS (none), ESME_RINVDESTFLAG, ESME_RINVDSTADR (an empty address),
// ESME_RINVOPTPARSTREAM.
command_status decode_submit_multi(octets pdu, submit_multi& out);

// Appends the same submit_multi with only the destinations for which `keep` is true (at least one); `keep` has one
// entry for each of dest_addresses.
void append_submit_multi(buffer& out, const submit_multi& m, const std::vector<bool>& keep,
                         std::uint32_t sequence_number);

// One destination that did not get the message (4.5.2.1). Owns its text: it outlives the PDU it came from.
struct unsuccess_sme {
  std::uint8_t dest_addr_ton = 0;
  std::uint8_t dest_addr_npi = 0;
  std::string destination_addr;
  command_status error_status_code{};
};

// The destinations that the SMSC says did not get the message; none when the answer's body is absent or cut short.
std::vector<unsuccess_sme> unsuccess_in(octets submit_multi_resp);

// Appends a submit_multi_resp made by the gate alone: message_id is empty.
void append_submit_multi_resp(buffer& out, command_status status, std::uint32_t sequence_number,
                              const std::vector<unsuccess_sme>& refused);

// Appends the SMSC's answer with `refused` added to its unsuccess_sme; the message_id and what follows stay as they
// were. An answer whose body is absent or cannot be decoded keeps its status: when the status is ESME_ROK, an absent
// body and one that ends after message_id are completed, anything else crosses as it is. Addresses beyond 255 in all
// are left out (no_unsuccess is one octet).
void append_submit_multi_resp(buffer& out, octets answer, std::uint32_t sequence_number,
                              const std::vector<unsuccess_sme>& refused);

}  // namespace smpp
