// Reads the mandatory fields of a body one after the other (3.1). Once a field is cut short, everything after it reads
// as empty.
#pragma once

#include <cstring>

#include "smpp/message.h"

namespace smpp {

class field_reader {
 public:
  explicit field_reader(octets body) : body_(body) {}

  std::uint8_t integer() {
    if (at_ >= body_.size()) return fail<std::uint8_t>();
    return body_[at_++];
  }

  std::string_view c_octet_string() {
    const std::size_t left = body_.size() - at_;
    const std::uint8_t* start = body_.data() + at_;
    if (left != 0 && *start == 0) {  // as most of these fields are
      ++at_;
      return {};
    }
    const void* nul = left == 0 ? nullptr : std::memchr(start, 0, left);
    if (nul == nullptr) return fail<std::string_view>();
    const auto length = static_cast<std::size_t>(static_cast<const std::uint8_t*>(nul) - start);
    at_ += length + 1;
    return {reinterpret_cast<const char*>(start), length};
  }

  octets octet_string(std::size_t length) {
    if (body_.size() - at_ < length) return fail<octets>();
    const octets value = body_.subspan(at_, length);
    at_ += length;
    return value;
  }

  smpp::address address() {
    const std::uint8_t ton = integer();
    const std::uint8_t npi = integer();
    return {ton, npi, c_octet_string()};
  }

  bool failed() const { return failed_; }
  std::size_t position() const { return at_; }
  octets rest() const { return body_.subspan(at_); }
  octets between(std::size_t from, std::size_t to) const { return body_.subspan(from, to - from); }

 private:
  template <typename T>
  T fail() {
    failed_ = true;
    at_ = body_.size();
    return T{};
  }

  octets body_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace smpp
