// Up to 4096 decisions as the octets of one record, column by column, and the filter that goes beside it. Format:
// store/FORMAT.md, "Journal".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "store/journal_columns.h"
#include "store/journal_record.h"
#include "store/renumbering.h"

namespace store {

// Of at least one line; they get the positions from `first_position` on.
encoded_block encode_block(const journal_columns& lines, std::uint64_t first_position, const journal_texts& texts);
// The same of `count` lines of a batch, from `first` on, at most most_in_block. With `known_as`, every number and what
// could not be read is passed through it.
encoded_block encode_block(const journal_batch& lines, std::size_t first, std::size_t count,
                           std::uint64_t first_position, const journal_texts& texts, const renumbering& known_as);

// Calls visit(entry) for each entry in its order until it returns false. False when the octets are not a block that
// encode_block() could have made: then none was visited.
bool decode_block(std::string_view block, const std::function<bool(const journal_entry&)>& visit);

// Whether any entry may be of this sender: the head tells. True when it cannot be decoded.
bool may_hold_sender(std::string_view block, std::string_view sender);

// The block with everything passed through `known_as`, and its filter; nothing when it cannot be decoded.
std::optional<encoded_block> renumber_block(std::string_view block, const renumbering& known_as);

}  // namespace store
