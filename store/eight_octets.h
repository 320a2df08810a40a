// Eight characters as one integer: what the path of every message does eight at a time.
#pragma once

#include <bit>
#include <cstddef>
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

// Eight values of 0 to 15, each in an octet, as 0-9a-f. (Of 10 and more, 6 more have the fifth bit.)
constexpr std::uint64_t as_hexadecimal(std::uint64_t values) {
  const std::uint64_t letters = (values + each_octet(6)) >> 4U & each_octet(1);
  return values + each_octet('0') + letters * ('a' - '0' - 10);
}

// Four octets of eight such values, the first of two the high half.
constexpr std::uint32_t packed_halves(std::uint64_t values) {
  std::uint64_t v = (values << 4U | values >> 8U) & 0x00FF00FF00FF00FFU;
  v = (v | v >> 8U) & 0x0000FFFF0000FFFFU;
  return static_cast<std::uint32_t>(v | v >> 16U);
}

// How many come before the first `wanted`; 8: it is not among them.
constexpr std::size_t octets_before(std::uint64_t characters, char wanted) {
  const std::uint64_t x = characters ^ each_octet(static_cast<std::uint8_t>(wanted));
  const std::uint64_t zeros = (x - each_octet(0x01)) & ~x & each_octet(0x80);  // the lowest is right
  return static_cast<std::size_t>(std::countr_zero(zeros)) / 8;
}

}  // namespace store
