// Where the sessions of one worker put what they decided: collected without a lock, handed to the store in batches.
#pragma once

#include <utility>

#include "store/consent_store.h"

namespace proxy {

class journal_sink {
 public:
  explicit journal_sink(store::consent_store& s) : store_(&s) {}

  void add(const store::journal_line& l) {
    lines_.add(l);
    if (lines_.size() >= batch) hand_over();
  }
  void hand_over() {
    if (!lines_.empty()) lines_ = store_->journal(std::move(lines_));
  }

 private:
  static constexpr std::size_t batch = 256;  // small enough to stay near the processor

  store::consent_store* store_;
  store::journal_batch lines_;
};

}  // namespace proxy
