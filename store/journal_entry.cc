#include "store/journal_entry.h"

namespace store {

void journal_batch::append(const journal_batch& other) {
  const auto shift = static_cast<std::uint32_t>(texts_.size());
  records_.reserve(records_.size() + other.records_.size());
  for (record r : other.records_) {
    r.texts += shift;
    records_.push_back(r);
  }
  texts_.append(other.texts_);
}

void journal_batch::drop_front(std::size_t count) {
  if (count >= records_.size()) return clear();
  const std::uint32_t gone = records_[count].texts;
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count));
  for (record& r : records_)
    r.texts -= gone;
  texts_.erase(0, gone);
}

}  // namespace store
