// Eight characters as one integer: what the path of every message does eight at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace store {

static_assert(std::endian::native == std::endian::little, "eight characters are read as one number, the first lowest");

inline std::uint64_t eight_octets(const char* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, 8);
  return value;
}

constexpr std::uint64_t each_octet(std::uint8_t value) {
  return value * 0x0101010101010101U;
}

// Which octets are no digit: 0 when all are 0-9. A digit without its high half, which is 3, stays below 16 when 6 is
// added; what is not below 16 to begin with shows by itself.
constexpr std::uint64_t not_digits(std::uint64_t characters) {
  const std::uint64_t values = characters ^ each_octet('0');
  return (values | (values + each_octet(6))) & each_octet(0xF0);
}

// Of eight digits, or zeros, the first the most significant: pairs, then fours, then all.
constexpr std::uint64_t value_of_digits(std::uint64_t characters) {
  std::uint64_t v = characters & each_octet(0x0F);
  v = (v * 10 + (v >> 8U)) & 0x00FF00FF00FF00FFU;
  v = (v * 100 + (v >> 16U)) & 0x0000FFFF0000FFFFU;
  return (v * 10'000 + (v >> 32U)) & 0xFFFFFFFFU;
}

}  // namespace store
