// A person who was erased, while that is under way.
#pragma once

#include "store/number.h"

namespace store {

struct erased_person {
  number who, stand_in;
};

}  // namespace store
