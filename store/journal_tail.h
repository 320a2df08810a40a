// The newest end of the journal: what is not in a full block yet. What has come since the last write is written as a
// small block, so that little is lost when the process dies; small blocks are written again as larger ones, so that
// quiet hours do not leave thousands of them.
#pragma once

#include <vector>

#include "store/journal_block.h"

namespace store {

// For one thread. A key is the time at which a block was made, in microseconds since 1970, and greater than the one
// before: no entry of a block was decided later than its key says.
class journal_tail {
 public:
  // A block that began longer ago than this is closed, however small: what a search of some hours reads is bounded.
  static constexpr std::chrono::hours longest_span{1};

  // Both as they are on disk, 0 when the journal is empty.
  journal_tail(std::uint64_t last_position, std::uint64_t last_key)
      : first_position_(last_position + 1), last_key_(last_key) {}

  void add(const journal_batch& lines) { lines_.append(lines); }
  // A full block: what came before it is closed.
  void add(journal_columns full);
  bool unwritten() const { return !closed_.empty() || lines_.size() > on_disk(); }

  // What has to be written now: full blocks; with `all` what is left as well. Then call written(), or after a failure
  // neither: the next plan will hold the same lines.
  journal_changes plan(instant now, bool all, const journal_texts& texts, const renumbering& known_as);
  // Gives back what full blocks were made of, empty.
  std::vector<journal_columns> written();

 private:
  // A block on disk that is not full, and when the first of it was written.
  struct piece {
    std::uint64_t key;
    std::size_t count;
    instant since;
  };
  std::size_t on_disk() const;
  std::uint64_t next_key(instant now);

  std::vector<journal_columns> closed_;  // they go before lines_
  std::vector<std::uint64_t> replaced_;  // keys of the pieces on disk that closed_ holds
  journal_batch lines_;
  std::uint64_t first_position_;  // of what is not written for good
  std::uint64_t last_key_;
  std::vector<piece> pieces_;  // of the front of lines_, each at most half as large as the one before

  // What written() makes true.
  std::uint64_t planned_closed_ = 0;  // entries of closed_
  std::size_t planned_full_ = 0;      // lines in full blocks
  std::vector<piece> planned_pieces_;
};

}  // namespace store
