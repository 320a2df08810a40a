// A submit_sm (4.4.1) as nearly all of a busy sender's are: from the same address as the one before, and without times.
// What a verdict needs of it is found in a few steps; decode_submit_sm() says the same, and what all others are.
#pragma once

#include <bit>
#include <cstring>

#include "smpp/message.h"
#include "smpp/tlv.h"

namespace smpp {

// service_type to source_addr of a submit_sm, as they stand in it.
class submit_sm_origin {
 public:
  static constexpr std::size_t longest = 32;  // service_type has 6 octets at most, source_addr 21

  // False when the one that stands at the front of this well-formed submit_sm is too long, or too short.
  bool take(octets pdu, const message& decoded) {
    size_ = 0;
    const std::string_view source_addr = decoded.source_addr.text;
    if (source_addr.empty()) return false;
    const auto* const end =
        reinterpret_cast<const std::uint8_t*>(source_addr.data()) + source_addr.size() + 1;  // its NUL
    const auto size = static_cast<std::size_t>(end - pdu.data()) - header_length;
    if (size < 8 || size > longest) return false;
    std::memcpy(octets_, pdu.data() + header_length, size);
    size_ = size;
    return true;
  }
  bool is_front_of(const std::uint8_t* body) const {
    std::uint64_t differs = eight(body + size_ - 8) ^ eight(octets_ + size_ - 8);
    for (std::size_t i = 0; i + 8 < size_; i += 8)
      differs |= eight(body + i) ^ eight(octets_ + i);
    return differs == 0;
  }
  std::size_t size() const { return size_; }

 private:
  static std::uint64_t eight(const std::uint8_t* from) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, 8);
    return value;
  }

  std::uint8_t octets_[longest];
  std::size_t size_ = 0;
};

namespace plain {

// The octets before the NUL among the 24 from here on; 24: there is none.
inline std::size_t octets_before_nul(const std::uint8_t* from) {
  static_assert(std::endian::native == std::endian::little, "the first of eight octets is the lowest");
  for (std::size_t i = 0; i < 24; i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, from + i, 8);
    const std::uint64_t zeros = (eight - 0x0101010101010101U) & ~eight & 0x8080808080808080U;  // the lowest is right
    if (zeros != 0) return i + static_cast<std::size_t>(std::countr_zero(zeros)) / 8;
  }
  return 24;
}

}  // namespace plain

// The destination of a whole, well-formed submit_sm that comes from there and has no times. False: decode_submit_sm()
// has to say what it is.
inline bool read_plain_submit_sm(octets pdu, const submit_sm_origin& from, address& destination_addr) {
  constexpr std::size_t longest_address = 24;
  constexpr std::size_t after_address = 10;  // esm_class to sm_length, without times
  const std::size_t begin = header_length + from.size() + 2;
  if (pdu.size() < begin + longest_address + after_address || !from.is_front_of(pdu.data() + header_length))
    return false;
  const std::uint8_t* const to = pdu.data() + begin;
  const std::size_t length = plain::octets_before_nul(to);
  if (length == 0 || length == longest_address) return false;
  const std::uint8_t* const rest = to + length + 1;  // esm_class, protocol_id, priority_flag, two times, ...
  if ((rest[3] | rest[4]) != 0) return false;
  const std::size_t end = begin + length + 1 + after_address + rest[9];
  if (end > pdu.size() || (end < pdu.size() && !well_formed(pdu.subspan(end)))) return false;
  destination_addr = {to[-2], to[-1], {reinterpret_cast<const char*>(to), length}};
  return true;
}

}  // namespace smpp
