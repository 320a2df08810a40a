// Where the consent came from that a person now withdraws.
#pragma once

#include <string>

#include "proxy/policy/policy.h"

namespace proxy {

// The source of the newest opt-in that the sender has of this number, also through its group; empty: it has none.
std::string consent_source(const store::consent_store& store, const sender& s, store::number who);

}  // namespace proxy
