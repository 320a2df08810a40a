#include "proxy/observe/source_labels.h"

#include "store/number_in_text.h"

namespace proxy {
std::string source_labels::of(std::string_view source) {
  if (source.empty()) return "none";
  std::string label = store::without_numbers(source);
  const std::lock_guard lock(mutex_);
  if (known_.contains(label)) return label;
  if (known_.size() == most_) return "other";
  known_.insert(label);
  return label;
}

}  // namespace proxy
