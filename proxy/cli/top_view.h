// What `top` shows of two looks at a gate's metrics.
#pragma once

#include <string>

#include "proxy/cli/exposition.h"

namespace proxy {

struct look {
  exposition metrics;
  std::string readiness;  // what /readyz says
  double at = 0;          // seconds, of any clock
};

// Some 30 lines for a terminal of 80 columns: the busiest senders, at most `senders` of them.
std::string top_view(const look& now, const look& before, const std::string& address, std::size_t senders = 10);

}  // namespace proxy
