#include "store/number.h"

#include <algorithm>
#include <cstdio>

#include "store/hexadecimal.h"

namespace store {
namespace {

constexpr std::size_t fewest_digits = 8;
constexpr std::size_t most_digits = 15;

bool is_dropped(char c) {
  return c == ' ' || c == '.' || c == '-' || c == '(' || c == ')';
}

std::string without_separators(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (const char c : text)
    if (!is_dropped(c)) kept.push_back(c);
  return kept;
}

// Removes the prefix if there is one to remove.
bool drop(std::string_view& text, std::string_view prefix) {
  if (prefix.empty() || !text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<number> from_digits(std::string_view digits) {
  if (digits.size() < fewest_digits || digits.size() > most_digits || digits.front() == '0') return std::nullopt;
  number n;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    n.digits = n.digits * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return n;
}

std::optional<number> read_international(std::string_view digits, const numbering_plan& plan) {
  std::string_view national = digits;
  if (drop(national, plan.country_code) && drop(national, plan.trunk_prefix))
    return from_digits(plan.country_code + std::string(national));
  return from_digits(digits);
}

std::optional<number> read_national(std::string_view digits, const numbering_plan& plan) {
  if (plan.country_code.empty()) return std::nullopt;
  drop(digits, plan.trunk_prefix);
  return from_digits(plan.country_code + std::string(digits));
}

}  // namespace

std::optional<number> read_number(std::string_view text, number_kind claimed, const numbering_plan& plan) {
  if (text.size() > 64) return std::nullopt;  // no number is that long, however it is written
  const std::string kept = without_separators(text);
  std::string_view rest = kept;
  if (drop(rest, "+") || drop(rest, plan.international_prefix)) return read_international(rest, plan);
  switch (claimed) {
    case number_kind::international:
      return read_international(rest, plan);
    case number_kind::national:
      return read_national(rest, plan);
    case number_kind::unknown:
      break;
  }
  const bool has_trunk = !plan.trunk_prefix.empty() && rest.starts_with(plan.trunk_prefix);
  return has_trunk ? read_national(rest, plan) : read_international(rest, plan);
}

std::string to_string(number n) {
  if (!n.is_hash()) return std::to_string(n.digits);
  char text[24];
  const int length = std::snprintf(text, sizeof text, "hash:%016llx", static_cast<unsigned long long>(n.digits));
  return {text, static_cast<std::size_t>(length)};
}

bool tells(std::string_view text, number n) {
  constexpr std::size_t telling_digits = 8;
  if (n.digits == 0 || n.is_hash() || text.size() < telling_digits) return false;
  const std::string digits = to_string(n);
  const std::string_view last = std::string_view(digits).substr(digits.size() - telling_digits);
  return text.find(last) != std::string_view::npos || text.find(hexadecimal(last)) != std::string_view::npos;
}

}  // namespace store
