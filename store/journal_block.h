// Up to 4096 decisions as the octets of one record, column by column, and the filter that goes beside it. Format:
// store/FORMAT.md, "Journal".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "store/journal_columns.h"
#include "store/renumbering.h"

namespace store {

// The `count` lines from `first` on, at least one and at most most_in_block; they get the positions from
// `first_position` on. Every number is passed through `known_as` unless that is empty, and so is what could not be
// read.
encoded_block encode_block(const journal_batch& lines, std::size_t first, std::size_t count,
                           std::uint64_t first_position, const journal_texts& texts, const renumbering& known_as);

// Calls visit(entry) for each entry in its order until it returns false. False when the octets are not a block that
// encode_block() could have made: then none was visited.
bool decode_block(std::string_view block, const std::function<bool(const journal_entry&)>& visit);

// Whether any entry may be of this sender: the head tells. True when it cannot be decoded.
bool may_hold_sender(std::string_view block, std::string_view sender);

// The lines of a block that has no place yet.
journal_batch lines_of(const unplaced_block& b, journal_texts& texts);

// The block with everything passed through `known_as`, and its filter; nothing when it cannot be decoded.
std::optional<encoded_block> renumber_block(std::string_view block, const renumbering& known_as);

}  // namespace store
