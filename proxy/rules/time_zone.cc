#include "proxy/rules/time_zone.h"

#include <unicode/timezone.h>
#include <unicode/unistr.h>

namespace proxy {

struct time_zone::implementation {
  std::unique_ptr<icu::TimeZone> zone;
};

time_zone::time_zone(std::shared_ptr<const implementation> i) : implementation_(std::move(i)) {}

std::optional<time_zone> time_zone::named(const std::string& name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (zone == nullptr || *zone == icu::TimeZone::getUnknown()) return std::nullopt;
  return time_zone(std::make_shared<const implementation>(implementation{std::move(zone)}));
}

std::chrono::local_seconds time_zone::local(std::chrono::sys_seconds t) const {
  int32_t standard = 0;
  int32_t saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  constexpr bool given_in_local_time = false;
  implementation_->zone->getOffset(static_cast<UDate>(t.time_since_epoch().count()) * 1000.0, given_in_local_time,
                                   standard, saving, status);
  const std::chrono::milliseconds offset{standard + saving};
  return std::chrono::local_seconds{t.time_since_epoch() + std::chrono::floor<std::chrono::seconds>(offset)};
}

}  // namespace proxy
