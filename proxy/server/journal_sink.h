// Where the sessions of one worker put what they decided: collected without a lock, handed to the store by blocks.
#pragma once

#include <utility>

#include "store/consent_store.h"
#include "store/journal_columns.h"

namespace proxy {

class journal_sink {
 public:
  explicit journal_sink(store::consent_store& s) : store_(&s) {}

  void add(const store::journal_line& l) {
    lines_.add(l);
    if (!lines_.full()) return;
    hand_over();
    recent_ = true;
  }
  // What makes no full block yet, too.
  void hand_over() { store_->journal(lines_); }
  // Hands over what has been here since the last call. What came after a full block waits for the next call: a busy
  // worker makes no small blocks.
  void tick() {
    if (!std::exchange(recent_, false)) hand_over();
  }

 private:
  store::consent_store* store_;
  store::journal_columns lines_;
  bool recent_ = false;  // all that is here came after the last tick
};

}  // namespace proxy
