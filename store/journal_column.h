// A column of integers: each as what it is more than the least, all in the same few octets. Format: store/FORMAT.md,
// "Journal".
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "store/bytes.h"
#include "store/eight_octets.h"

namespace store {

// Room at the end of a text for what is written eight octets at a time, or sixteen.
class column_room {
 public:
  column_room(std::string& out, std::size_t octets) : out_(out), end_(out.size() + octets) {
    out.resize(end_ + slack);
    begin_ = out.data() + end_ - octets;
  }
  ~column_room() { out_.resize(end_); }
  column_room(const column_room&) = delete;
  column_room& operator=(const column_room&) = delete;

  char* begin() const { return begin_; }

 private:
  static constexpr std::size_t slack = 16;
  std::string& out_;
  std::size_t end_;
  char* begin_;
};

// Eight octets from `at` on are overwritten: what comes next is written afterwards.
inline void put(char*& at, std::uint64_t value, std::size_t octets) {
  std::memcpy(at, &value, 8);
  at += octets;
}

struct column_shape {
  std::uint64_t least = 0;
  std::uint8_t width = 0;  // octets, 0 to 8

  static column_shape between(std::uint64_t least, std::uint64_t greatest) {
    return {least, static_cast<std::uint8_t>((std::bit_width(greatest - least) + 7) / 8)};
  }
  void encode(byte_writer& out) const {
    out.varint(least);
    out.octet(width);
  }
  static column_shape read(byte_reader& in) {
    const std::uint64_t least = in.varint();
    const std::uint8_t width = in.octet();
    if (width > 8) in.fail();
    return {least, width};
  }
};

// Of a column that was read as octets.
class column_values {
 public:
  column_values(column_shape s, std::string_view octets) : shape_(s), octets_(octets) {}

  std::uint64_t next() {
    std::uint64_t value = 0;
    std::memcpy(&value, octets_.data(), shape_.width);
    octets_.remove_prefix(shape_.width);
    return shape_.least + value;
  }

 private:
  column_shape shape_;
  std::string_view octets_;
};

}  // namespace store
