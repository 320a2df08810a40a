// The record of access: who asked the store, what and when. It holds no number, only a keyed hash of the one that was
// asked about, always under the oldest key: erasing a person changes nothing in it, and it still answers for the
// number. It is kept as long as the ledger, and like it each use is chained to the one before. Format: store/FORMAT.md,
// "Access".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/event.h"
#include "store/sha256.h"

namespace store {

struct access_use {
  std::string actor;            // a token's name, or cli:USER
  std::string method, route;    // "GET", "/v1/numbers/{}": the pattern, for a path may hold a number
  std::string filter;           // what else was asked for, without numbers
  std::optional<number> about;  // handed over as it was asked for; as it is kept, a hash
  unsigned status = 0;          // of the answer
};

struct access_record {
  instant at;  // no two are of the same microsecond
  access_use what;
};

// All that is given must hold.
struct access_query {
  std::optional<number> about;
  std::optional<std::string> actor;
  std::optional<instant> from, to;  // both included
};

// Where the chain ends.
struct access_head {
  std::uint64_t count = 0;  // of the uses; 0: there is none
  digest256 own{};
  instant at{};
};

// The value under which a use is stored; `about` is a hash already. `head` moves on to it.
std::string encode(const access_use& u, instant at, access_head& head);
std::optional<access_use> decode_access(std::string_view octets);

// What a value says of its place in the chain. Nothing when it has none: the first versions did not chain.
std::optional<access_head> place_in_chain(std::string_view octets, instant at);
// Why the value does not fit behind `head`, for people; nothing when it fits, and then `head` moves on to it.
std::optional<std::string> misfit(std::string_view octets, instant at, access_head& head);

}  // namespace store
