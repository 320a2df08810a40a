// What the encoder and the decoder of a block agree on. Format: store/FORMAT.md, "Journal".
#pragma once

#include <cstdint>

namespace store::block_layout {

inline constexpr std::uint8_t version = 1;

// What an entry has, in one octet.
inline constexpr std::uint8_t has_destination = 1;
inline constexpr std::uint8_t has_event = 2;
inline constexpr std::uint8_t has_answer = 4;
inline constexpr std::uint8_t has_status = 8;  // a command_status other than 0
inline constexpr std::uint8_t has_message_id = 16;
inline constexpr std::uint8_t all_flags = 31;

// In the octets before a message_id.
inline constexpr std::uint8_t hyphenated = 0x80;  // with what it shares: how many hyphens, and where
inline constexpr std::uint8_t packed = 0x80;      // with its length: two hexadecimal digits an octet

constexpr std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

}  // namespace store::block_layout
