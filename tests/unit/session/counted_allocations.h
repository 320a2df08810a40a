// Counts what one thread asks of `new`, as long as it lives.
#pragma once

#include <cstddef>

namespace testing {

class counted_allocations {
 public:
  counted_allocations();
  ~counted_allocations();
  static std::size_t seen();  // by the newest one
};

}  // namespace testing
