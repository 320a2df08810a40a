#pragma once

#include <chrono>

#include "store/instant.h"

namespace proxy {

struct moment {
  std::chrono::steady_clock::time_point steady;
  store::instant wall;
};

}  // namespace proxy
