// read_number() for the path of every message: what nearly all texts are, digits alone that are the number as they
// stand, is read in a few steps.
#pragma once

#include <utility>

#include "store/number.h"
#include "store/plain_digits.h"

namespace store {

class number_reader {
 public:
  explicit number_reader(numbering_plan plan)
      : plan_(std::move(plan)),
        international_(plan_.international_prefix),
        trunk_(plan_.trunk_prefix),
        both_(plan_.country_code.empty() || plan_.trunk_prefix.empty() ? "" : plan_.country_code + plan_.trunk_prefix) {
  }

  const numbering_plan& plan() const { return plan_; }

  // As read_number() reads it.
  std::optional<number> read(std::string_view text, number_kind claimed) const {
    if (!is_plain(text) || !stands_as_it_is(eight_octets(text.data()), claimed))
      return read_number(text, claimed, plan_);
    return number{value_of_plain(text)};
  }

 private:
  // A prefix to compare with the first eight digits; none is longer but by mistake, and then all numbers have it, so
  // that read_number() looks.
  class prefix {
   public:
    explicit prefix(std::string_view text) {
      if (text.empty()) return;
      value_ = mask_ = 0;
      if (text.size() > 8) return;
      std::memcpy(&value_, text.data(), text.size());
      mask_ = UINT64_MAX >> (8 * (8 - text.size()));
    }
    bool begins(std::uint64_t digits) const { return (digits & mask_) == value_; }

   private:
    std::uint64_t mask_ = 0, value_ = 1;  // begins nothing
  };

  bool stands_as_it_is(std::uint64_t first, number_kind claimed) const {
    if (static_cast<char>(first) == '0' || claimed == number_kind::national) return false;
    if (claimed == number_kind::unknown && trunk_.begins(first)) return false;
    return !international_.begins(first) && !both_.begins(first);
  }

  numbering_plan plan_;
  prefix international_, trunk_;
  prefix both_;  // country code and trunk prefix
};

}  // namespace store
