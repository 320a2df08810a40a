// Tests that start threads in a process they have forked.
#pragma once

#include <cstdio>

namespace testing {

// The thread sanitizer cannot follow such a process ("dup thread with used id").
inline bool forks_cannot_be_tested() {
#ifdef __SANITIZE_THREAD__
  std::puts("not tested under the thread sanitizer: it cannot follow threads of a forked process");
  return true;
#else
  return false;
#endif
}

}  // namespace testing
