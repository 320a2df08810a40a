// The texts that decisions share: senders, system_ids, verdicts, reasons. Each has a number while the process runs; on
// disk each block names the texts it uses.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/journal_entry.h"

namespace store {

// Any thread.
class journal_texts {
 public:
  text_id intern(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (const auto known = ids_.find(text); known != ids_.end()) return known->second;
    const std::string& kept = texts_.emplace_back(text);
    const auto id = static_cast<text_id>(texts_.size() - 1);
    ids_.emplace(kept, id);
    return id;
  }
  // Good as long as this object.
  std::string_view text(text_id id) const {
    const std::lock_guard lock(mutex_);
    return texts_[id];
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> texts_;  // by id; they do not move
  std::unordered_map<std::string_view, text_id> ids_;
};

}  // namespace store
