// Days that are not like others of their weekday: the same date each year, so many days from Easter, or one date.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

namespace proxy {

// Of the Gregorian calendar.
std::chrono::local_days easter_sunday(std::chrono::year y);

struct from_easter {
  std::chrono::days distance{0};
  bool operator==(const from_easter&) const = default;
};

using holiday = std::variant<std::chrono::month_day, from_easter, std::chrono::year_month_day>;

// 07-14, easter+1, easter-2, easter, 2026-07-03.
std::optional<holiday> read_holiday(std::string_view text);
// 2026-07-03.
std::optional<std::chrono::year_month_day> read_date(std::string_view text);

bool falls_on(const holiday& h, std::chrono::local_days day);

}  // namespace proxy
