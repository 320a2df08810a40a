// Points in time, to the microsecond, in UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace store {

using instant = std::chrono::sys_time<std::chrono::microseconds>;

// A time as people write it: RFC 3339 (2026-11-24T10:00:00Z, with or without a fraction and an offset), or a date
// alone.
struct written_time {
  instant earliest;
  instant latest;  // equal to `earliest` unless a date alone was written: then the day's last microsecond (UTC)
};

std::optional<written_time> read_time(std::string_view text);

// RFC 3339 in UTC; the fraction is left out when it is zero.
std::string to_string(instant t);

instant now();

}  // namespace store
