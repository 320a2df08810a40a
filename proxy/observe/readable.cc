#include "proxy/observe/readable.h"

#include "store/utf8.h"

namespace proxy {
namespace {

// How many octets the character at the beginning of `text` has; 0 when that is no character.
std::size_t character_length(std::string_view text) {
  store::utf8_checker checker;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!checker.feed(static_cast<std::uint8_t>(text[i]))) return 0;
    if (checker.complete()) return i + 1;
  }
  return 0;
}

}  // namespace

std::string readable(std::string_view text) {
  if (store::is_utf8(text)) return std::string(text);
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length > 0) {
      out += text.substr(0, length);
    } else {
      const auto octet = static_cast<unsigned char>(text.front());
      out += {'\\', 'x', digits[octet >> 4U], digits[octet & 0xFU]};
    }
    text.remove_prefix(length > 0 ? length : 1);
  }
  return out;
}

}  // namespace proxy
