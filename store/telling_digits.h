// The last digits of numbers, to find texts that tell one of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "store/number.h"

namespace store {

// Whether the text holds the last eight digits of the number, whatever separates them, or these digits as octets in
// hexadecimal.
bool tells(std::string_view text, number n);

// The same for any of several numbers.
class telling_digits {
 public:
  void add(number n);  // a hash tells nothing
  bool empty() const { return endings_.empty(); }
  bool in(std::string_view text) const;

 private:
  std::unordered_set<std::uint64_t> endings_;
};

}  // namespace store
