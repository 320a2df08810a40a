// The calendars that come with the gate: proxy/rules/calendars/*.yaml, compiled in.
#pragma once

#include <span>
#include <string_view>

namespace proxy {

struct shipped_calendar {
  std::string_view name;
  const char* yaml;
};
std::span<const shipped_calendar> shipped_calendars();

}  // namespace proxy
