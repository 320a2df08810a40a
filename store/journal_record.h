// What the journal puts on disk and takes away.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace store {

struct encoded_block {
  std::string block, filter;
};

struct journal_record {
  std::uint64_t key = 0;
  encoded_block octets;
};

// Of one write.
struct journal_changes {
  std::vector<journal_record> put;
  std::vector<std::uint64_t> gone;  // keys of blocks whose entries are in one of `put`

  bool empty() const { return put.empty() && gone.empty(); }
};

}  // namespace store
