// Telephone numbers: what senders and lists write, read as E.164.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace store {

// The digits of an E.164 number, 8 to 15 of them, not starting with 0. Zero stands for "no number" (a recall has none).
// With the highest bit set it is a keyed hash that stands for a number the store does not keep (number_keys.h).
struct number {
  std::uint64_t digits = 0;
  bool is_hash() const { return digits >> 63U != 0; }
  auto operator<=>(const number&) const = default;
};

// How national numbers are recognised and completed.
struct numbering_plan {
  std::string country_code;                 // empty: national numbers are unreadable
  std::string trunk_prefix = "0";           // empty: none
  std::string international_prefix = "00";  // empty: none
};

// What the writer claims of the number (for SMPP: its type_of_number).
enum class number_kind { unknown, international, national };

// Spaces, dots, hyphens and parentheses are dropped. A number that starts with + or the international prefix is
// international whatever is claimed; `national` drops the trunk prefix and puts the country code in front; `unknown` is
// national when it starts with the trunk prefix and international otherwise. In an international number a trunk prefix
// straight after the own country code is dropped: +33 (0)6 is +33 6. Empty when the result is not 8 to 15 digits not
// starting with 0.
std::optional<number> read_number(std::string_view text, number_kind claimed, const numbering_plan& plan);

std::string to_string(number n);  // the digits: "33612345678"; of a hash "hash:9f86d081884c7d65"

}  // namespace store
