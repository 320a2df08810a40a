// A block of the journal in the making: each decision goes into its columns as it comes, on the thread that took it.
// Format: store/FORMAT.md, "Journal".
#pragma once

#include <array>
#include <string>
#include <vector>

#include "store/journal_column.h"
#include "store/journal_filter.h"
#include "store/journal_origins.h"

namespace store {

inline constexpr std::size_t most_in_block = 4096;

struct encoded_block {
  std::string block, filter;
};

// A block that lacks its place in the journal.
struct unplaced_block {
  std::string octets;  // what follows the head
  std::string filter;  // its bits
  instant first{}, earliest{}, latest{};
  std::size_t count = 0;
};

// `b` with the positions from `first_position` on.
encoded_block placed(const unplaced_block& b, std::uint64_t first_position);

class journal_columns {
 public:
  explicit journal_columns(std::size_t most = most_in_block);

  // Not when full(). The person goes under the number `kept_as`; if that is another one than the message went to, a
  // message_id that tells the number goes.
  void add(const journal_line& l, number kept_as);
  std::size_t size() const { return count_; }
  bool full() const { return count_ == most_; }
  // What has been added; then it is empty.
  unplaced_block take(const journal_texts& texts);

 private:
  // Eight octets can be read wherever one is.
  struct padded_id {
    std::array<char, journal_batch::longest_message_id + 8> octets{};
    std::size_t length = 0;
    std::string_view view() const { return {octets.data(), length}; }
  };
  void end_moment();

  std::size_t most_;
  std::size_t count_ = 0;
  instant first_{}, earliest_{}, latest_{};
  instant moment_{}, moment_before_{};  // of the newest run of equal times, and of the run before
  std::size_t at_moment_ = 0;
  journal_origins origins_;
  journal_column times_, origin_of_each_, destinations_, events_, statuses_, message_ids_;
  std::array<padded_id, 2> ids_{};  // the latest message_id and the one before
  unsigned latest_id_ = 0;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace store
