// Writing and reading the binary values of the store: integers of fixed width (little-endian), varints (LEB128) and
// texts (a varint of their length, then their octets). Keys are big-endian, so that they sort.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace store {

constexpr std::uint32_t octets_of_varint(std::uint64_t value) {
  std::uint32_t octets = 1;
  for (; value >= 0x80; value >>= 7)
    ++octets;
  return octets;
}

class byte_writer {
 public:
  void reserve(std::size_t octets) { out_.reserve(octets); }
  void octet(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      octet(static_cast<std::uint8_t>(value | 0x80));
    octet(static_cast<std::uint8_t>(value));
  }
  void fixed64(std::uint64_t value) {
    for (int i = 0; i < 8; ++i, value >>= 8)
      octet(static_cast<std::uint8_t>(value));
  }
  void octets(std::span<const std::uint8_t> value) { out_.append(value.begin(), value.end()); }
  void text(std::string_view value) {
    varint(value.size());
    out_.append(value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Any read beyond the end, or of what cannot have been written, makes it fail for good; what it then returns is zero or
// empty.
class byte_reader {
 public:
  explicit byte_reader(std::string_view in) : rest_(in) {}

  std::uint8_t octet() {
    const std::string_view one = take(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = octet();
      if (shift == 63 && part > 1) break;
      value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
      if (part < 0x80) return failed_ ? 0 : value;
    }
    failed_ = true;
    return 0;
  }
  std::uint64_t fixed64() {
    std::uint64_t value = 0;
    const std::string_view eight = take(8);
    for (std::size_t i = eight.size(); i-- > 0;)
      value = value << 8 | static_cast<std::uint8_t>(eight[i]);
    return value;
  }
  void octets(std::span<std::uint8_t> to) {
    const std::string_view from = take(to.size());
    for (std::size_t i = 0; i < from.size(); ++i)
      to[i] = static_cast<std::uint8_t>(from[i]);
  }
  std::string_view text() { return take(varint()); }
  std::string_view octets_of(std::uint64_t count) { return take(count); }
  std::string_view rest() { return take(rest_.size()); }

  void fail() { failed_ = true; }
  bool complete() const { return !failed_ && rest_.empty(); }  // all was read, and all of it made sense
  bool failed() const { return failed_; }

 private:
  std::string_view take(std::uint64_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace store
