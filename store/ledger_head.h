// Where the chain of the ledger ends: who deposits it elsewhere can prove later what the ledger held then.
#pragma once

#include <cstdint>

#include "store/instant.h"
#include "store/sha256.h"

namespace store {

struct ledger_head {
  std::uint64_t sequence = 0;  // 0: the ledger is empty
  digest256 own{};
  instant recorded_at{};
};

}  // namespace store
