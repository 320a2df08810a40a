// A PDU as it may be shown to who may not read it.
#pragma once

#include "smpp/pdu.h"

namespace proxy {

// The same PDU, octet for octet as long: asterisks for texts, passwords and what may hold either, and for all of a
// number but its first digits and its last two. Short codes and names of senders stay.
smpp::buffer masked(smpp::octets pdu);

// The same PDU without its passwords: what nobody sees.
smpp::buffer without_passwords(smpp::octets pdu);

}  // namespace proxy
