// Makes event ids: UUID version 7 (RFC 9562, section 5.7, counter as in section 6.2, method 1).
#pragma once

#include <random>

#include "store/event.h"

namespace store {

// Each id is greater than the one before, also when the clock stands still or steps back. For one thread.
class event_id_maker {
 public:
  event_id_maker();
  event_id next(instant at);

 private:
  std::mt19937_64 random_;
  std::uint64_t milliseconds_ = 0;
  std::uint32_t counter_ = 0;  // 12 bits, within the millisecond
};

}  // namespace store
