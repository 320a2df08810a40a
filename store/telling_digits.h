// The last digits of numbers, to find texts that tell one of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "store/number.h"

namespace store {

class telling_digits {
 public:
  void add(number n);  // a hash tells nothing
  // Whether the text holds the last eight digits of one of the numbers, whatever separates them, or these digits as
  // octets in hexadecimal.
  bool in(std::string_view text) const;

 private:
  std::unordered_set<std::uint64_t> endings_;
};

}  // namespace store
