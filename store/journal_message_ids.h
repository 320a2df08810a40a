// The message_ids of one length in a block. An SMSC makes them all by one rule: what is the same in all is told once,
// and the rest of each takes half an octet a character when all of it is 0-9a-f. Format: store/FORMAT.md, "Journal".
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "store/bytes.h"

namespace store {

// `at`: where each begins in `octets`; 16 octets after each can be read.
void append_message_ids(std::string& out, const char* octets, std::span<const std::uint32_t> at, std::size_t length);

// Writes `count` of them one after the other; fails when they cannot have been written here.
void read_message_ids(byte_reader& in, std::size_t length, std::size_t count, char* to);

}  // namespace store
