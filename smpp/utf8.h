// UTF-8 (RFC 3629), in which the gate reads all text.
#pragma once

#include <string>

#include "smpp/pdu.h"

namespace smpp {

inline constexpr char32_t replacement_character = 0xFFFD;

// Surrogates and what is beyond U+10FFFF become U+FFFD.
void append_utf8(std::string& out, char32_t c);

// Overlong forms, surrogates and cut sequences are not UTF-8.
bool is_utf8(octets text);

// What is not UTF-8 becomes U+FFFD, octet by octet.
std::u32string from_utf8(std::string_view text);

// A text whose alphabet nobody names (a system_id, an address) as UTF-8: as it is when it is that, otherwise read as
// Latin-1.
std::string readable(std::string_view text);

}  // namespace smpp
