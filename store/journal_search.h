// What is asked of the journal.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "store/failure.h"
#include "store/journal_entry.h"
#include "store/ledger.h"

namespace store {

// All that is given must hold.
struct journal_query {
  std::optional<number> who;
  std::optional<std::string> message_id;
  std::optional<std::string> sender;  // its name
  std::optional<instant> from, to;    // of when it was decided, both included
};

// How far a search has come: what is on disk may be put together to larger blocks meanwhile.
struct journal_place {
  std::uint64_t key = 0;       // of the last block looked at
  std::uint64_t position = 0;  // of the last entry passed
  bool end = false;            // there is nothing more
};

// Visits the entries after `place` that match, in the order in which they were complete, until `visit` returns false,
// the end is reached, or so many blocks have been read. Filters cost little and are counted as a part of a block.
std::variant<journal_place, failure> search_journal(const ledger& l, const journal_query& q, journal_place place,
                                                    std::size_t most_blocks,
                                                    const std::function<bool(const journal_entry&)>& visit);

// A bounded part of the way through the journal to a person who was erased.
struct rewritten_part {
  std::vector<journal_record> records;  // that take the place of those with the same keys
  std::uint64_t next = 0;               // the key to go on from
  bool end = false;                     // there is nothing more
};
// What tells the person, from a key on, with the stand-in in the number's place and without the texts that hold its
// digits.
std::variant<rewritten_part, failure> rewrite_journal(const ledger& l, const erased_person& person, std::uint64_t from);

}  // namespace store
