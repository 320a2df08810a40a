#pragma once

#include <span>
#include <string>
#include <string_view>

namespace proxy {

inline std::string hexadecimal(std::span<const unsigned char> octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const unsigned char o : octets) {
    text += digits[o >> 4U];
    text += digits[o & 15U];
  }
  return text;
}

}  // namespace proxy
