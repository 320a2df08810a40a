// Calendars as YAML: those of the configuration, and those that come with the gate.
#pragma once

#include <memory>
#include <string>

#include "proxy/config/section.h"
#include "proxy/rules/calendar.h"

namespace proxy {

// Nothing when something is wrong with it, which has been noted then.
std::shared_ptr<const calendar> read_calendar(const YAML::Node& n, const std::string& where, error_list& errors);

// Throws std::logic_error when a calendar that comes with the gate is not of its form; nothing when none has that name.
std::shared_ptr<const calendar> shipped_calendar_named(const std::string& name);
// For people: "france, texas".
std::string names_of_shipped_calendars();

}  // namespace proxy
