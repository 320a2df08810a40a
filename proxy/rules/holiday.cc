#include "proxy/rules/holiday.h"

#include <charconv>

namespace proxy {
namespace {

using namespace std::chrono;

// The whole of `text` as a number without a sign.
std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return value;
}

std::optional<month_day> read_month_day(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto m = number(text.substr(0, 2));
  const auto d = number(text.substr(3));
  if (!m || !d) return std::nullopt;
  const month_day date{month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  return date.ok() ? std::optional(date) : std::nullopt;
}

}  // namespace

// Meeus, Jones and Butcher.
local_days easter_sunday(year y) {
  const int of = static_cast<int>(y);
  const int a = of % 19, b = of / 100, c = of % 100;
  const int e = b % 4, g = (8 * b + 13) / 25;
  const int h = (19 * a + b - b / 4 - g + 15) % 30;
  const int l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 19 * l) / 433;
  const int mon = (h + l - 7 * m + 90) / 25;
  const int d = (h + l - 7 * m + 33 * mon + 19) % 32;
  return local_days{y / month{static_cast<unsigned>(mon)} / day{static_cast<unsigned>(d)}};
}

std::optional<year_month_day> read_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-') return std::nullopt;
  const auto y = number(text.substr(0, 4));
  const auto rest = read_month_day(text.substr(5));
  if (!y || !rest) return std::nullopt;
  const year_month_day date{year{*y}, rest->month(), rest->day()};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<holiday> read_holiday(std::string_view text) {
  constexpr std::string_view feast = "easter";
  if (text.starts_with(feast)) {
    text.remove_prefix(feast.size());
    if (text.empty()) return from_easter{};
    const auto distance = number(text.substr(1));
    if ((text.front() != '+' && text.front() != '-') || !distance || *distance > 100) return std::nullopt;
    return from_easter{days{text.front() == '-' ? -*distance : *distance}};
  }
  if (const auto date = read_date(text)) return *date;
  if (const auto each_year = read_month_day(text)) return *each_year;
  return std::nullopt;
}

bool falls_on(const holiday& h, local_days day) {
  const year_month_day date{day};
  if (const auto* once = std::get_if<year_month_day>(&h)) return *once == date;
  if (const auto* each_year = std::get_if<month_day>(&h))
    return each_year->month() == date.month() && each_year->day() == date.day();
  return easter_sunday(date.year()) + std::get<from_easter>(h).distance == day;
}

}  // namespace proxy
