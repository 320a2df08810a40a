// What is known of one number, as the octets of a state record. Format: store/FORMAT.md, "State".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/precedence.h"

namespace store {

std::string encode(std::span<const fact> known);

// Replaces what is in `known`. False when the octets are not a record that encode() could have made.
bool decode_state(std::string_view record, std::vector<fact>& known);

}  // namespace store
