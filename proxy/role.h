// What the holder of a token may do: each role may do what the one before it may, and more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy {

enum class role : std::uint8_t {
  viewer,   // reads
  clerk,    // records oppositions
  officer,  // everything
};

constexpr std::string_view name(role r) {
  constexpr std::array<std::string_view, 3> names{"viewer", "clerk", "officer"};
  return names[static_cast<std::size_t>(r)];
}

}  // namespace proxy
