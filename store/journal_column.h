// The octets of one column of a block, for the path of every message: it is given its room beforehand.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "store/eight_octets.h"
#include "store/journal_entry.h"
#include "store/journal_layout.h"

namespace store {

class journal_column {
 public:
  explicit journal_column(std::size_t room)
      : room_(std::make_unique_for_overwrite<char[]>(room + slack)), at_(room_.get()) {}

  void octet(std::uint8_t value) { *at_++ = static_cast<char>(value); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      octet(static_cast<std::uint8_t>(value | 0x80));
    octet(static_cast<std::uint8_t>(value));
  }
  void octets(std::string_view value) {
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }
  // What a message_id has beyond what it shares with the one before. Many are hexadecimal, with hyphens or without:
  // those take half the octets. Eight octets after `rest` can be read.
  void message_id(std::size_t shared, std::string_view rest) {
    char* const begin = at_;
    std::array<char, journal_batch::longest_message_id + 16> digits;
    std::size_t count = 0, hyphens = 0;
    at_ += 3;
    for (std::size_t i = 0; i < rest.size();) {
      const std::uint64_t eight = eight_octets(rest.data() + i);
      std::memcpy(digits.data() + count, &eight, 8);
      const std::size_t before = octets_before(eight, '-');
      count += before;
      i += before;
      if (before == 8 || i >= rest.size()) continue;
      octet(static_cast<std::uint8_t>(i++));
      ++hyphens;
    }
    count = rest.size() - hyphens;
    std::memcpy(digits.data() + count, "00000000", 8);
    if (hyphens == 0) --at_;
    begin[0] = static_cast<char>(hyphens == 0 ? shared : shared | block_layout::hyphenated);
    begin[1] = static_cast<char>(rest.size() | block_layout::packed);
    if (hyphens != 0) begin[2] = static_cast<char>(hyphens);
    if (!rest.empty() && hexadecimal(digits.data(), count)) return;
    begin[0] = static_cast<char>(shared);
    begin[1] = static_cast<char>(rest.size());
    at_ = begin + 2;
    octets(rest);
  }
  std::string_view written() const { return {room_.get(), static_cast<std::size_t>(at_ - room_.get())}; }
  void clear() { at_ = room_.get(); }

 private:
  // Two digits an octet; false when they are not all 0-9a-f.
  bool hexadecimal(const char* value, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 8, at_ += 4) {
      const std::uint64_t characters = eight_octets(value + i);
      const std::uint64_t halves = (characters & each_octet(0x0F)) + (characters >> 6U & each_octet(0x01)) * 9;
      if ((halves & each_octet(0xF0)) != 0 || as_hexadecimal(halves) != characters) return false;
      const std::uint32_t four = packed_halves(halves);
      std::memcpy(at_, &four, 4);
    }
    if (count % 8 != 0) at_ -= 4 - (count % 8 + 1) / 2;
    return true;
  }

  static constexpr std::size_t slack = 8;  // written beyond the end and taken back

  std::unique_ptr<char[]> room_;
  char* at_;
};

}  // namespace store
