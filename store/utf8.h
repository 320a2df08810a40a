// Whether octets are UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace store {

// Fed octet by octet, so that a stream can be checked in pieces.
class utf8_checker {
 public:
  // False when the octet cannot stand here; then the checker is of no further use.
  bool feed(std::uint8_t octet) {
    if (missing_ == 0) return begin(octet);
    if (octet < least_ || octet > greatest_) return false;
    least_ = 0x80;
    greatest_ = 0xbf;
    --missing_;
    return true;
  }
  bool complete() const { return missing_ == 0; }  // not in the middle of a character

 private:
  bool begin(std::uint8_t octet) {
    if (octet < 0x80) return true;
    if (octet < 0xc2 || octet > 0xf4) return false;
    missing_ = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
    least_ = octet == 0xe0 ? 0xa0 : octet == 0xf0 ? 0x90 : 0x80;
    greatest_ = octet == 0xed ? 0x9f : octet == 0xf4 ? 0x8f : 0xbf;
    return true;
  }

  int missing_ = 0;
  std::uint8_t least_ = 0x80;
  std::uint8_t greatest_ = 0xbf;
};

// How many octets at the beginning are ASCII: eight at a time, so that it may be some fewer than there are.
inline std::size_t ascii_prefix(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & 0x8080808080808080U) != 0) break;
  }
  return at;
}

inline bool is_utf8(std::string_view text) {
  utf8_checker checker;
  for (const char c : text)
    if (!checker.feed(static_cast<std::uint8_t>(c))) return false;
  return checker.complete();
}

}  // namespace store
