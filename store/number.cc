#include "store/number.h"

#include <array>
#include <cstdio>

#include "store/plain_digits.h"

namespace store {
namespace {

constexpr std::size_t longest_text = 64;  // no number is longer, however it is written

bool is_dropped(char c) {
  return c == ' ' || c == '.' || c == '-' || c == '(' || c == ')';
}

// A text without its separators; no memory is asked for it.
class plain_text {
 public:
  explicit plain_text(std::string_view text) {
    for (const char c : text)
      if (!is_dropped(c)) kept_[length_++] = c;
  }
  std::string_view view() const { return {kept_.data(), length_}; }

 private:
  std::array<char, longest_text> kept_;
  std::size_t length_ = 0;
};

// Prefixes are a few characters: comparing them here costs less than a call.
bool begins(std::string_view text, std::string_view prefix) {
  if (prefix.empty() || text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (text[i] != prefix[i]) return false;
  return true;
}

// Removes the prefix if there is one to remove.
bool drop(std::string_view& text, std::string_view prefix) {
  if (!begins(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool append(number& n, std::string_view digits) {
  if (is_plain(digits)) {
    n.digits = n.digits * powers_of_ten[digits.size()] + value_of_plain(digits);
    return true;
  }
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    n.digits = n.digits * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

// The country code, or nothing, and what follows it.
std::optional<number> from_digits(std::string_view country_code, std::string_view rest) {
  const std::size_t size = country_code.size() + rest.size();
  if (size < fewest_digits || size > most_digits) return std::nullopt;
  if ((country_code.empty() ? rest : country_code).front() == '0') return std::nullopt;
  number n;
  return append(n, country_code) && append(n, rest) ? std::optional(n) : std::nullopt;
}

std::optional<number> read_international(std::string_view digits, const numbering_plan& plan) {
  std::string_view national = digits;
  if (drop(national, plan.country_code) && drop(national, plan.trunk_prefix))
    return from_digits(plan.country_code, national);
  return from_digits({}, digits);
}

std::optional<number> read_national(std::string_view digits, const numbering_plan& plan) {
  if (plan.country_code.empty()) return std::nullopt;
  drop(digits, plan.trunk_prefix);
  return from_digits(plan.country_code, digits);
}

std::optional<number> read_without_separators(std::string_view rest, number_kind claimed, const numbering_plan& plan) {
  if (drop(rest, "+") || drop(rest, plan.international_prefix)) return read_international(rest, plan);
  switch (claimed) {
    case number_kind::international:
      return read_international(rest, plan);
    case number_kind::national:
      return read_national(rest, plan);
    case number_kind::unknown:
      break;
  }
  return begins(rest, plan.trunk_prefix) ? read_national(rest, plan) : read_international(rest, plan);
}

}  // namespace

std::optional<number> read_number(std::string_view text, number_kind claimed, const numbering_plan& plan) {
  if (text.size() > longest_text) return std::nullopt;
  return read_without_separators(plain_text(text).view(), claimed, plan);
}

std::string to_string(number n) {
  if (!n.is_hash()) return std::to_string(n.digits);
  char text[24];
  const int length = std::snprintf(text, sizeof text, "hash:%016llx", static_cast<unsigned long long>(n.digits));
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace store
