// What went wrong, in words for people: what, where, and what would be right.
#pragma once

#include <string>

namespace store {

struct failure {
  std::string message;
};

}  // namespace store
