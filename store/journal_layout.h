// What the encoder and the decoder of a block agree on. Format: store/FORMAT.md, "Journal".
#pragma once

#include <cstdint>

namespace store::block_layout {

inline constexpr std::uint8_t version = 2;

// What an entry has, in one octet.
inline constexpr std::uint8_t has_destination = 1;
inline constexpr std::uint8_t has_event = 2;
inline constexpr std::uint8_t has_answer = 4;
inline constexpr std::uint8_t has_status = 8;  // a command_status other than 0
inline constexpr std::uint8_t all_flags = 15;

// How message_ids of one length are written.
inline constexpr std::uint8_t as_octets = 0;
inline constexpr std::uint8_t as_halves = 1;  // two hexadecimal digits an octet

constexpr std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

}  // namespace store::block_layout
