#include "smpp/delivery_time.h"

#include <algorithm>

namespace smpp {

using namespace std::chrono;

std::optional<sys_seconds> delivery_time(std::string_view text, sys_seconds now) {
  constexpr std::size_t length = 16;
  if (text.size() != length) return std::nullopt;
  if (!std::ranges::all_of(text.substr(0, length - 1), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const seconds time = hours{two(6)} + minutes{two(8)} + seconds{two(10)};
  if (text.back() == 'R') {
    const auto today = floor<days>(now);
    year_month_day date = year_month_day{today} + years{two(0)} + months{two(2)};
    if (!date.ok()) date = date.year() / date.month() / last;
    return sys_days{date} + days{two(4)} + (now - today) + time;
  }
  const year_month_day date{year{2000 + two(0)}, month{static_cast<unsigned>(two(2))},
                            day{static_cast<unsigned>(two(4))}};
  const minutes offset{15 * two(13)};
  if (!date.ok() || two(6) > 23 || two(8) > 59 || two(10) > 59 || offset > hours{12}) return std::nullopt;
  if (text.back() != '+' && text.back() != '-') return std::nullopt;
  const sys_seconds written = sys_days{date} + time;
  return text.back() == '+' ? written - offset : written + offset;
}

}  // namespace smpp
