// What the journal keeps of persons who were erased.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "store/number_in_text.h"
#include "store/telling_digits.h"

namespace store {

// The number under which the journal keeps a person: another one once the person has been erased. What it gives for a
// number that it gave itself is that number.
class renumbering {
 public:
  renumbering() = default;
  template <class F>
    requires std::is_invocable_r_v<number, F, number>
  renumbering(F known_as) : known_as_(std::move(known_as)) {}

  explicit operator bool() const { return bool(known_as_); }
  number operator()(number n) const { return known_as_(n); }

  // A destination that could not be read goes when it tells one of these; they outlive this.
  void forget(const telling_digits& d) { forgotten_ = &d; }
  // From now on it has no digits when it could tell anybody.
  void keep_no_numbers() { keeps_numbers_ = false; }
  std::string shown(std::string_view destination) const {
    if (forgotten_ != nullptr && forgotten_->in(destination)) return "erased";
    return keeps_numbers_ ? std::string(destination) : without_telling_digits(destination);
  }

 private:
  std::function<number(number)> known_as_;
  const telling_digits* forgotten_ = nullptr;
  bool keeps_numbers_ = true;
};

}  // namespace store
