#include "proxy/observe/source_labels.h"

#include <algorithm>

namespace proxy {
namespace {

constexpr std::size_t digits_of_a_date = 8;  // a number that can be dialled from abroad has more

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool may_stand_between_digits(char c) {
  return std::string_view(" .-()/").find(c) != std::string_view::npos;
}

}  // namespace

std::string without_numbers(std::string_view source) {
  std::string text(source);
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = start, digits = 0;
    while (end < text.size() && (is_digit(text[end]) || (digits > 0 && may_stand_between_digits(text[end]))))
      digits += is_digit(text[end++]) ? 1 : 0;
    if (digits > digits_of_a_date) std::replace_if(text.begin() + start, text.begin() + end, is_digit, '*');
    start = std::max(end, start + 1);
  }
  return text;
}

std::string source_labels::of(std::string_view source) {
  if (source.empty()) return "none";
  std::string label = without_numbers(source);
  const std::lock_guard lock(mutex_);
  if (known_.contains(label)) return label;
  if (known_.size() == most_) return "other";
  known_.insert(label);
  return label;
}

}  // namespace proxy
