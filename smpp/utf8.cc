#include "smpp/utf8.h"

namespace smpp {
namespace {

// By the first octet: 0 when no sequence starts with it.
std::size_t sequence_length(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

// The length of the sequence at the front, or 0 when it is not one.
std::size_t utf8_sequence(octets text) {
  const std::uint8_t lead = text[0];
  const std::size_t length = sequence_length(lead);
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xC0U) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && text[1] < 0xA0) || (lead == 0xF0 && text[1] < 0x90);
  const bool surrogate = lead == 0xED && text[1] > 0x9F;
  const bool beyond = lead == 0xF4 && text[1] > 0x8F;
  if (overlong || surrogate || beyond) return 0;
  return length;
}

}  // namespace

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = replacement_character;
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6U));
    out.push_back(static_cast<char>(0x80 | (c & 0x3FU)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12U));
    out.push_back(static_cast<char>(0x80 | (c >> 6U & 0x3FU)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3FU)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18U));
    out.push_back(static_cast<char>(0x80 | (c >> 12U & 0x3FU)));
    out.push_back(static_cast<char>(0x80 | (c >> 6U & 0x3FU)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3FU)));
  }
}

std::u32string from_utf8(std::string_view text) {
  std::u32string out;
  octets rest{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  while (!rest.empty()) {
    const std::size_t length = utf8_sequence(rest);
    if (length == 0) {
      out.push_back(replacement_character);
      rest = rest.subspan(1);
      continue;
    }
    char32_t c = length == 1 ? rest[0] : rest[0] & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i)
      c = c << 6U | (rest[i] & 0x3FU);
    out.push_back(c);
    rest = rest.subspan(length);
  }
  return out;
}

std::string readable(std::string_view text) {
  if (is_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})) return std::string(text);
  std::string out;
  for (const char c : text)
    append_utf8(out, static_cast<unsigned char>(c));
  return out;
}

bool is_utf8(octets text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text = text.subspan(length);
  }
  return true;
}

}  // namespace smpp
