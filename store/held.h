// What passes between those who hold something for somebody (held_queue.h) and the store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/failure.h"

namespace store {

struct held_item {
  std::uint64_t position = 0;  // within its name; later ones are greater
  std::string octets;
};

struct held_batch {
  std::vector<held_item> items;  // none: there are no more
  std::uint64_t damaged = 0;     // that cannot be read any more, and were passed over
};

struct held_bounds {
  std::uint64_t items = 0, octets = 0;
};

struct held_size {
  std::uint64_t items = 0, octets = 0;
};

using held_completion = std::function<void(std::optional<failure>)>;
using held_reader = std::function<void(std::variant<held_batch, failure>)>;

}  // namespace store
