// Numbers as they nearly always come: eight to fifteen digits and nothing else.
#pragma once

#include <array>
#include <string_view>

#include "store/eight_octets.h"

namespace store {

inline constexpr std::size_t fewest_digits = 8;
inline constexpr std::size_t most_digits = 15;

inline bool is_plain(std::string_view text) {
  if (text.size() < fewest_digits || text.size() > most_digits) return false;
  return (not_digits(eight_octets(text.data())) | not_digits(eight_octets(text.data() + text.size() - 8))) == 0;
}

inline constexpr auto powers_of_ten = [] {
  std::array<std::uint64_t, most_digits + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i)
    powers[i] = powers[i - 1] * 10;
  return powers;
}();

inline std::uint64_t value_of_plain(std::string_view text) {
  const std::uint64_t first = value_of_digits(eight_octets(text.data()));
  const std::size_t more = text.size() - 8;
  if (more == 0) return first;
  // The last eight overlap the first: what has been read counts as zeros.
  const std::uint64_t last = eight_octets(text.data() + more) & UINT64_MAX << (8 * (8 - more));
  return first * powers_of_ten[more] + value_of_digits(last);
}

}  // namespace store
