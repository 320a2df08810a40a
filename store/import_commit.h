// What one synced write of an import will hold: the places of its rows in the ledger and the states of their numbers.
#pragma once

#include <optional>
#include <vector>

#include "store/commit_group.h"
#include "store/import_batch.h"
#include "store/ledger.h"

namespace store {

class import_commit {
 public:
  import_commit(const ledger& l, committed& known, import_slice& s, instant wall)
      : ledger_(l), known_(known), slice_(s), changes_{s, {}, {}, {}, wall} {}

  // Finds out which rows are new and what they change. After a failure it is of no further use.
  std::optional<failure> prepare();
  const ledger::imported& changes() const { return changes_; }
  // It is on disk: the index follows.
  void apply();

 private:
  void look_at_numbers();
  std::optional<failure> find_known();
  void give_places();
  std::optional<failure> make_states();

  const ledger& ledger_;
  committed& known_;
  import_slice& slice_;
  std::vector<bool> in_index_;  // of each row, whether its number is known
  ledger::imported changes_;
};

}  // namespace store
