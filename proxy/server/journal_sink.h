// Where the sessions of one worker put what they decided: collected without a lock, handed to the store by blocks.
#pragma once

#include "store/consent_store.h"

namespace proxy {

class journal_sink {
 public:
  explicit journal_sink(store::consent_store& s) : store_(&s) {}

  void add(const store::journal_line& l) { store_->journal(l, lines_); }
  // What makes no full block yet, too.
  void hand_over() { store_->journal(lines_); }

 private:
  store::consent_store* store_;
  store::journal_columns lines_;
};

}  // namespace proxy
