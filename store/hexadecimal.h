#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace store {

// Two small digits an octet.
inline std::string hexadecimal(std::span<const std::uint8_t> octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const std::uint8_t octet : octets) {
    text.push_back(digits[octet >> 4U]);
    text.push_back(digits[octet & 0xFU]);
  }
  return text;
}

inline std::string hexadecimal(std::string_view octets) {
  return hexadecimal({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

}  // namespace store
