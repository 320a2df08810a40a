// The time, as it is passed into what has no clock of its own.
#pragma once

#include <chrono>

#include "store/instant.h"

namespace proxy {

struct moment {
  std::chrono::steady_clock::time_point steady;
  store::instant wall;
};

}  // namespace proxy
