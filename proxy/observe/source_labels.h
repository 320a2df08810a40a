// Sources of consent as values of a label: people name them freely, so that they may be many, and hold a number.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace proxy {

class source_labels {
 public:
  explicit source_labels(std::size_t most = 500) : most_(most) {}
  // "none" when there is no source, "other" for those that come after the first `most`.
  std::string of(std::string_view source);

 private:
  std::size_t most_;
  std::mutex mutex_;
  std::set<std::string> known_;
};

}  // namespace proxy
