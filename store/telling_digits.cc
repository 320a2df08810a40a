#include "store/telling_digits.h"

namespace store {
namespace {

constexpr std::uint64_t beyond = 100'000'000;  // eight digits

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Calls end(last eight digits) after each digit from the eighth on, until it returns true; whether it did.
class digits_seen {
 public:
  template <class End>
  bool take(char digit, End end) {
    value_ = (value_ * 10 + static_cast<std::uint64_t>(digit - '0')) % beyond;
    return ++count_ >= 8 && end(value_);
  }
  void interrupt() { count_ = 0; }

 private:
  std::uint64_t value_ = 0;
  std::size_t count_ = 0;
};

template <class Known>
bool holds(std::string_view text, Known known) {
  if (text.size() < 8) return false;
  digits_seen plain;
  for (const char c : text)
    if (is_digit(c) && plain.take(c, known)) return true;
  for (const std::size_t start : {0U, 1U}) {
    digits_seen octets;
    for (std::size_t i = start; i + 1 < text.size(); i += 2) {
      if (text[i] != '3' || !is_digit(text[i + 1])) {
        octets.interrupt();
      } else if (octets.take(text[i + 1], known)) {
        return true;
      }
    }
  }
  return false;
}

bool has_ending(number n) {
  return n.digits != 0 && !n.is_hash();
}

}  // namespace

void telling_digits::add(number n) {
  if (has_ending(n)) endings_.insert(n.digits % beyond);
}

bool telling_digits::in(std::string_view text) const {
  return !endings_.empty() && holds(text, [this](std::uint64_t ending) { return endings_.contains(ending); });
}

bool tells(std::string_view text, number n) {
  return has_ending(n) && holds(text, [=](std::uint64_t ending) { return ending == n.digits % beyond; });
}

}  // namespace store
