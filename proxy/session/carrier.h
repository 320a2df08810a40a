// A receipt that tells that the carrier blocks a number for a sender.
#pragma once

#include <vector>

#include "proxy/policy/policy.h"

namespace proxy {

// The opt-outs that it stands for: none when it tells no such thing. `known`: by what it is told on the link it came
// over.
std::vector<store::event> events_of_receipt(const policy& p, const candidates& c, const carrier_blocks& known,
                                            smpp::octets pdu, const smpp::message& m, store::instant wall);

}  // namespace proxy
