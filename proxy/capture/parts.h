// What in a PDU tells something of a person or opens a door: addresses, texts, passwords. Every PDU of SMPP 3.4 and
// broadcast_sm.
#pragma once

#include <cstdint>
#include <functional>

#include "smpp/pdu.h"

namespace proxy {

struct pdu_part {
  enum class kind {
    address,
    password,
    text,     // of a message, without its user data header; of a receipt only what it quotes
    unknown,  // an optional parameter or a body that may hold any of these
  };
  kind what{};
  std::uint8_t ton = 0;  // of an address
  smpp::octets octets;   // in the PDU, without a NUL
};

// Calls visit(...) for each such part, in their order. `pdu` is whole, with its header.
void visit_parts(smpp::octets pdu, const std::function<void(const pdu_part&)>& visit);

}  // namespace proxy
