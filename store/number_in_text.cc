#include "store/number_in_text.h"

#include <algorithm>

namespace store {
namespace {

constexpr std::size_t least_with_plus = 8, least_with_zero = 9, least_masked = 9;
constexpr std::size_t telling = 8;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool may_stand_between_digits(char c) {
  return std::string_view(" .()-").find(c) != std::string_view::npos;
}

bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// How many digits stand there at most `most`.
std::size_t digits_at(std::string_view text, std::size_t at, std::size_t most) {
  std::size_t count = 0;
  while (count < most && at + count < text.size() && is_digit(text[at + count]))
    ++count;
  return count;
}

int value(std::string_view digits) {
  int v = 0;
  for (const char c : digits)
    v = v * 10 + (c - '0');
  return v;
}

bool is_year(std::string_view digits) {
  return digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
}
bool is_month(std::string_view digits) {
  return value(digits) >= 1 && value(digits) <= 12;
}
bool is_day(std::string_view digits) {
  return value(digits) >= 1 && value(digits) <= 31;
}

bool is_in_a_date(char c) {
  return c == '-' || c == '.' || c == '/';
}

// 2026-03 and 2026-03-15, also with dots or slashes; 15.3.2026; 20260315, with a time behind it or without. How long it
// is that begins here.
std::size_t date_at(std::string_view text, std::size_t at) {
  const auto part = [&](std::size_t from, std::size_t most) { return text.substr(from, digits_at(text, from, most)); };
  const auto separator_at = [&](std::size_t i) { return i < text.size() && is_in_a_date(text[i]); };
  const std::size_t length = digits_at(text, at, text.size());
  if (length == 8 || length == 12 || length == 14) {
    const std::string_view d = text.substr(at, 8);
    return is_year(d.substr(0, 4)) && is_month(d.substr(4, 2)) && is_day(d.substr(6, 2)) ? length : 0;
  }
  if (length == 4 && is_year(part(at, 4)) && separator_at(at + 4)) {
    const std::string_view month = part(at + 5, 3);
    if (month.size() != 2 || !is_month(month)) return 0;
    if (!separator_at(at + 7)) return 7;
    const std::string_view day = part(at + 8, 3);
    return day.size() == 2 && is_day(day) ? 10 : 7;
  }
  if ((length == 1 || length == 2) && is_day(part(at, 2)) && separator_at(at + length)) {
    const std::size_t second = at + length + 1;
    const std::string_view month = part(second, 3);
    if (month.empty() || month.size() > 2 || !is_month(month) || !separator_at(second + month.size())) return 0;
    const std::size_t third = second + month.size() + 1;
    return is_year(part(third, 5)) ? third + 4 - at : 0;
  }
  return 0;
}

// Behind a date: 10:00 or 10:00:00, with a space or a T in front.
std::size_t time_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != ' ' && text[at] != 'T')) return 0;
  std::size_t end = at + 1;
  const auto two_digits = [&] { return digits_at(text, end, 3) == 2; };
  if (!two_digits()) return 0;
  end += 2;
  for (int part = 0; part < 2 && end < text.size() && text[end] == ':'; ++part) {
    ++end;
    if (!two_digits()) return 0;
    end += 2;
  }
  return end - at > 3 ? end - at : 0;
}

bool is_uuid_at(std::string_view text, std::size_t at) {
  constexpr std::size_t size = 36;
  if (at + size > text.size()) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[at + i] != '-' : !is_hexadecimal(text[at + i])) return false;
  }
  return true;
}

struct stretch {
  std::size_t begin, end;  // from its first digit to behind its last
  std::size_t digits;
  bool plus;  // in front of it
  bool zero;  // its first digit
};

// Calls visit(stretch) for the digits that belong together, until it returns true; whether it did.
template <class Visit>
bool each_stretch(std::string_view text, Visit visit) {
  bool plus = false;
  for (std::size_t i = 0; i < text.size();) {
    if (is_hexadecimal(text[i]) && (i == 0 || !is_hexadecimal(text[i - 1])) && is_uuid_at(text, i)) {
      i += 36;
      continue;
    }
    if (!is_digit(text[i])) {
      plus = text[i] == '+' || (plus && (text[i] == ' ' || text[i] == '('));
      ++i;
      continue;
    }
    stretch s{i, i, 0, plus, text[i] == '0'};
    std::size_t next = i;
    while (next < text.size()) {
      if (!is_digit(text[next])) {
        const bool slash = text[next] == '/' && (s.plus || s.zero);
        if (!slash && !may_stand_between_digits(text[next])) break;
        ++next;
        continue;
      }
      const bool begins = next == 0 || !is_digit(text[next - 1]);
      if (const std::size_t date = plus || !begins ? 0 : date_at(text, next); date != 0) {
        next += date;
        next += time_at(text, next);
        break;
      }
      ++s.digits;
      s.end = ++next;
    }
    if (s.digits != 0 && visit(s)) return true;
    plus = false;
    i = next;
  }
  return false;
}

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is_digit));
}

}  // namespace

bool names_a_number(std::string_view text, std::size_t of_others) {
  if (count_digits(text) < least_with_plus) return false;
  return each_stretch(text, [=](const stretch& s) {
    return s.digits >= std::min(of_others, s.plus ? least_with_plus : s.zero ? least_with_zero : of_others);
  });
}

std::string without_digits(std::string_view text) {
  std::string masked(text);
  std::ranges::replace_if(masked, is_digit, '*');
  return masked;
}

std::string without_telling_digits(std::string_view text) {
  return count_digits(text) < telling ? std::string(text) : without_digits(text);
}

std::string without_numbers(std::string_view text) {
  std::string masked(text);
  if (count_digits(text) < least_with_plus) return masked;
  each_stretch(text, [&](const stretch& s) {
    if (s.digits >= (s.plus ? least_with_plus : least_masked)) {
      const auto begin = masked.begin() + static_cast<std::ptrdiff_t>(s.begin);
      std::replace_if(begin, masked.begin() + static_cast<std::ptrdiff_t>(s.end), is_digit, '*');
    }
    return false;
  });
  return masked;
}

}  // namespace store
