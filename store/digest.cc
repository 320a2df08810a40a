#include <algorithm>

#include "store/bytes.h"
#include "store/entry.h"
#include "store/sha256.h"

namespace store {

std::array<std::uint8_t, 16> digest(const entry& e) {
  thread_local sha256 algorithm;
  byte_writer fields;
  fields.reserve(256);
  for (const auto& [name, member] : entry_fields())
    fields.text(e.*member);
  const digest256 whole = algorithm.add(fields.take()).finish();
  std::array<std::uint8_t, 16> first{};
  std::copy_n(whole.begin(), first.size(), first.begin());
  return first;
}

}  // namespace store
