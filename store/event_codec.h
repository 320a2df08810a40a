// An event as the octets of a ledger record. Format: store/FORMAT.md, "Ledger".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/event.h"

namespace store {

// The sequence is the record's key and not part of it.
std::string encode(const event& e);

// Nothing when the octets are not a record that encode() could have made; never reads beyond them.
std::optional<event> decode_event(std::string_view record, std::uint64_t sequence);

}  // namespace store
