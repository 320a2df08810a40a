// What the load generator sends: to whom, in which order, and the octets.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "smpp/pdu.h"

namespace bench {

inline constexpr std::size_t number_length =
    11;  // every number of a run has this many digits: a submit_sm is patched in place
using number_text = std::array<char, number_length>;

inline number_text digits_of(std::uint64_t number) {
  number_text text;
  for (std::size_t i = number_length; i-- > 0; number /= 10)
    text[i] = static_cast<char>('0' + number % 10);
  return text;
}

struct destination {
  std::uint64_t number;
  bool consented;
};

// Numbers first to first + numbers - 1 have consent; as many after them have none, and one destination in
// `refuse_every` (0: none) is taken from there. The order is pseudo-random and the same in every run.
class destinations {
 public:
  destinations(std::uint64_t first, std::uint64_t numbers, std::uint64_t refuse_every)
      : first_(first), numbers_(numbers), refuse_every_(refuse_every), until_refused_(refuse_every) {
    if (numbers == 0 || first < 10'000'000'000 || first + 2 * numbers > 100'000'000'000) {
      throw std::invalid_argument("--first and --numbers: the numbers from " + std::to_string(first) + " to " +
                                  std::to_string(first + 2 * numbers) + " must all have 11 digits");
    }
  }

  destination next() {
    // SplitMix64, then a multiplication instead of a division to bring it into the range.
    std::uint64_t x = state_ += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    x ^= x >> 31;
    __extension__ using u128 = unsigned __int128;
    const auto index = static_cast<std::uint64_t>((u128{x} * numbers_) >> 64);
    if (refuse_every_ == 0 || --until_refused_ != 0) return {first_ + index, true};
    until_refused_ = refuse_every_;
    return {first_ + numbers_ + index, false};
  }

 private:
  std::uint64_t first_, numbers_, refuse_every_, until_refused_;
  std::uint64_t state_ = 2011'384;
};

// A submit_sm of 130 octets (4.4.1), made once; only sequence_number and destination_addr change.
class submit_template {
 public:
  static constexpr std::size_t size = 130;

  submit_template() {
    // service_type empty; source_addr_ton unknown, source_addr_npi ISDN; dest_addr_ton international, dest_addr_npi
    // ISDN
    constexpr std::string_view before(
        "\0\0\x01"
        "36111\0"
        "\x01\x01",
        11);
    // destination_addr and its NUL, then esm_class to sm_default_msg_id: nine octets, both times empty
    std::memcpy(pdu_.data() + smpp::header_length, before.data(), before.size());
    destination_at_ = smpp::header_length + before.size();
    std::size_t at = destination_at_ + number_length + 1 + 9;
    const std::size_t sm_length = size - at - 1;
    pdu_[at++] = static_cast<std::uint8_t>(sm_length);
    for (; at != size; ++at)
      pdu_[at] = static_cast<std::uint8_t>('a' + at % 26);
    smpp::write_u32(pdu_.data(), size);
    smpp::write_u32(pdu_.data() + 4, static_cast<std::uint32_t>(smpp::command_id::submit_sm));
  }

  // Writes `size` octets.
  void write(std::uint8_t* to, std::uint32_t sequence_number, const number_text& destination_addr) const {
    std::memcpy(to, pdu_.data(), size);
    smpp::write_u32(to + 12, sequence_number);
    std::memcpy(to + destination_at_, destination_addr.data(), number_length);
  }

 private:
  std::array<std::uint8_t, size> pdu_{};
  std::size_t destination_at_ = 0;
};

}  // namespace bench
