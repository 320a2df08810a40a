#include "proxy/report/html.h"

#include "store/utf8.h"

namespace proxy {
namespace {

constexpr std::string_view replacement = "\uFFFD";

std::size_t length_of(char first) {
  const auto octet = static_cast<unsigned char>(first);
  return octet < 0x80 ? 1 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
}

// U+0080 to U+009F, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069.
bool misleads(std::string_view character) {
  const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  if (character.size() == 2) return octet(0) == 0xc2 && octet(1) < 0xa0;
  if (character.size() != 3 || octet(0) != 0xe2) return false;
  if (octet(1) == 0x80) return octet(2) == 0x8e || octet(2) == 0x8f || (octet(2) >= 0xaa && octet(2) <= 0xae);
  return octet(1) == 0x81 && octet(2) >= 0xa6 && octet(2) <= 0xa9;
}

std::string_view for_octet(char c, std::string_view itself) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
    case '\t':
      return itself;
    case '\r':
      return {};
    default:
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? replacement : itself;
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    std::string_view character = text.substr(0, length_of(text.front()));
    if (!store::is_utf8(character)) character = text.substr(0, 1);
    if (character.size() == 1)
      safe += static_cast<unsigned char>(text.front()) >= 0x80 ? replacement : for_octet(text.front(), character);
    else
      safe += misleads(character) ? replacement : character;
    text.remove_prefix(character.size());
  }
  return safe;
}

}  // namespace proxy
