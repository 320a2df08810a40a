#include "proxy/rules/calendar.h"

#include <algorithm>
#include <numeric>

namespace proxy {

using namespace std::chrono;

calendar::calendar(std::vector<calendar_zone> zones,
                   std::map<std::string, std::vector<std::size_t>, std::less<>> by_prefix,
                   std::vector<holiday_in> holidays, std::vector<calendar_version> versions,
                   std::vector<std::size_t> elsewhere)
    : zones_(std::move(zones)),
      by_prefix_(std::move(by_prefix)),
      elsewhere_(std::move(elsewhere)),
      holidays_(std::move(holidays)),
      versions_(std::move(versions)) {
  if (elsewhere_.empty()) {
    elsewhere_.resize(zones_.size());
    std::iota(elsewhere_.begin(), elsewhere_.end(), std::size_t{0});
  }
  std::ranges::stable_sort(versions_, {}, &calendar_version::valid_from);
}

const std::vector<std::size_t>* calendar::zones_of(store::number who) const {
  if (who.is_hash()) return nullptr;
  const std::string digits = store::to_string(who);
  for (std::string_view prefix = digits; !prefix.empty(); prefix.remove_suffix(1)) {
    if (const auto found = by_prefix_.find(prefix); found != by_prefix_.end()) return &found->second;
  }
  return nullptr;
}

bool calendar::permits(store::number who, sys_seconds at) const {
  const std::vector<std::size_t>* known = zones_of(who);
  const std::vector<std::size_t>& possible = known != nullptr ? *known : elsewhere_;
  return std::ranges::all_of(possible, [&](std::size_t zone) { return permits_in(zone, at); });
}

bool all_permit(const std::vector<std::shared_ptr<const calendar>>& all, store::number who, sys_seconds at) {
  const bool known = std::ranges::any_of(all, [&](const auto& c) { return c->knows(who); });
  return std::ranges::all_of(all, [&](const auto& c) { return (known && !c->knows(who)) || c->permits(who, at); });
}

bool ever_permit_elsewhere(const std::vector<std::shared_ptr<const calendar>>& all, sys_seconds now) {
  constexpr minutes step{15};
  for (sys_seconds at = now; at < now + days{7}; at += step) {
    if (all_permit(all, {}, at)) return true;
  }
  return false;
}

bool calendar::permits_in(std::size_t zone, sys_seconds at) const {
  const local_seconds there = zones_[zone].zone.local(at);
  const local_days day = floor<days>(there);
  const seconds time = there - day;
  const auto after = std::ranges::upper_bound(versions_, day, {}, &calendar_version::valid_from);
  const calendar_version& version = after == versions_.begin() ? *after : *std::prev(after);
  const day_set today =
      is_holiday(zone, day) ? holidays_too : static_cast<day_set>(1U << (weekday{day}.iso_encoding() - 1));
  return std::ranges::any_of(
      version.hours, [&](const permitted_hours& h) { return (h.days & today) != 0 && h.from <= time && time < h.to; });
}

bool calendar::is_holiday(std::size_t zone, local_days day) const {
  return std::ranges::any_of(holidays_, [&](const holiday_in& h) {
    const bool there = h.zones.empty() || std::ranges::find(h.zones, zones_[zone].name) != h.zones.end();
    return there && falls_on(h.day, day);
  });
}

}  // namespace proxy
