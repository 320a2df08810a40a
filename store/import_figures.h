// What a list of consents is worth, in figures. Their memory is bounded, whatever the file is like: of sources and of
// scopes the first thousand have lines of their own, and of what counts rows that are there twice it remembers so many.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "store/entry.h"
#include "store/precedence.h"

namespace store {

// What became of some rows. The rows that were taken are each counted once below it, so that they add up.
struct row_counts {
  std::uint64_t rows = 0;
  std::uint64_t taken = 0;      // recorded now; in a dry run, those that would be
  std::uint64_t unchanged = 0;  // recorded before: by an earlier import, or as an earlier row of this one
  std::uint64_t refused = 0;

  std::uint64_t effective_opt_ins = 0;
  std::uint64_t opted_out = 0;          // opt-ins that an opt-out beats: recorded, but they count for nothing
  std::uint64_t source_recalled = 0;    // opt-ins of a source that has been recalled
  std::uint64_t number_reassigned = 0;  // opt-ins from before the number went to another person
  std::uint64_t consent_expired = 0;    // opt-ins that have ended
  std::uint64_t opt_outs = 0;
  std::uint64_t reassignments = 0;
};

enum class row_verdict { taken, unchanged, refused };

// A row as it is counted.
struct counted_row {
  std::string source;
  std::string source_kind;  // empty unless it is one
  event_kind kind = event_kind::opt_in;
  standing amounts_to = standing::allowed;  // an opt-in
};

struct import_figures {
  static constexpr std::size_t most_listed = 1000;

  using source_name = std::pair<std::string, std::string>;  // and its kind
  using reason_name = std::pair<std::string, std::string>;  // a field, and the kind of wrong

  row_counts all;
  std::map<source_name, row_counts> sources;
  std::uint64_t rows_of_other_sources = 0;
  std::map<reason_name, std::uint64_t> reasons;  // a row may have several
  std::uint64_t duplicates = 0;                  // of the unchanged rows, those that stand earlier in the same file
  bool duplicates_are_exact = true;  // false: the file had more rows than a dry run remembers; there may be more
  std::map<std::string, std::uint64_t> scopes_not_configured;
  std::uint64_t rows_of_other_scopes_not_configured = 0;

  void count(const counted_row& r, row_verdict v);
  void count(const std::vector<refusal>& reasons);
  void count_not_configured(const scope& s);
};

// Which rows a dry run has seen.
class seen_rows {
 public:
  using identity = std::array<std::uint8_t, 16>;
  static constexpr std::size_t most = std::size_t{1} << 20U;  // about 60 MB

  explicit seen_rows(std::size_t limit = most) : limit_(limit) {}

  bool contains(const identity& i) const { return seen_.contains(i); }
  void add(const identity& i);
  bool is_exact() const { return exact_; }

 private:
  struct hash {
    std::size_t operator()(const identity& i) const;
  };
  std::size_t limit_;
  std::unordered_set<identity, hash> seen_;
  bool exact_ = true;
};

}  // namespace store
