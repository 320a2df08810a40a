// When an SMSC delivers what it is given now: schedule_delivery_time (5.2.6, in the formats of 7.1.1).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace smpp {

// YYMMDDhhmmsstnn and +, - (an absolute time, nn quarters of an hour ahead of UTC or behind) or R (from now on). Tenths
// of a second are cut off. Nothing when the text has neither form; an empty one means at once, and is none either.
std::optional<std::chrono::sys_seconds> delivery_time(std::string_view text, std::chrono::sys_seconds now);

}  // namespace smpp
