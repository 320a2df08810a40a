// When people may be written to: hours by day, in versions that follow one another, in the time of the person's own
// zone, which the number tells by its prefix.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/rules/holiday.h"
#include "proxy/rules/time_zone.h"
#include "store/number.h"

namespace proxy {

// Bits 0 (Monday) to 6 (Sunday), and one for the calendar's holidays, which are no weekdays.
using day_set = std::uint8_t;
inline constexpr day_set holidays_too = 1U << 7U;

struct permitted_hours {
  day_set days = 0;
  std::chrono::seconds from{0};  // since the clocks showed midnight
  std::chrono::seconds to{0};    // the first second that is not permitted any more
};

struct calendar_version {
  std::chrono::local_days valid_from{};
  std::vector<permitted_hours> hours;
};

struct calendar_zone {
  std::string name;
  time_zone zone;
};

class calendar {
 public:
  struct holiday_in {
    holiday day;
    std::vector<std::string> zones;  // empty: in all
  };

  // At least one zone and one version; the first version counts for what was before it, too. `elsewhere`: the zones
  // that numbers under no prefix are judged by; empty: all.
  calendar(std::vector<calendar_zone> zones, std::map<std::string, std::vector<std::size_t>, std::less<>> by_prefix,
           std::vector<holiday_in> holidays, std::vector<calendar_version> versions,
           std::vector<std::size_t> elsewhere = {});

  // The zone is that of the longest prefix. Where several are possible all of them must permit.
  bool permits(store::number who, std::chrono::sys_seconds at) const;
  // Whether the number is under one of its prefixes.
  bool knows(store::number who) const { return zones_of(who) != nullptr; }

 private:
  const std::vector<std::size_t>* zones_of(store::number who) const;
  bool permits_in(std::size_t zone, std::chrono::sys_seconds at) const;
  bool is_holiday(std::size_t zone, std::chrono::local_days day) const;

  std::vector<calendar_zone> zones_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_prefix_;
  std::vector<std::size_t> elsewhere_;
  std::vector<holiday_in> holidays_;
  std::vector<calendar_version> versions_;  // by valid_from
};

// Those that know the number must all permit; of a number that none knows, all.
bool all_permit(const std::vector<std::shared_ptr<const calendar>>& all, store::number who,
                std::chrono::sys_seconds at);
// Whether there is a time, in the week that begins now, at which a number that none knows may be written to.
bool ever_permit_elsewhere(const std::vector<std::shared_ptr<const calendar>>& all, std::chrono::sys_seconds now);

}  // namespace proxy
