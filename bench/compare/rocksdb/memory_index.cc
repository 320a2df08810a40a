// The index in memory, under the name that store/index.h beside this file gives it. What index.cc includes has to come
// before the name is changed.
#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "store/index.h"

#define index memory_index
#include "../../../store/index.cc"
