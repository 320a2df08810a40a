#include "proxy/config/calendars.h"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "proxy/config/values.h"
#include "proxy/rules/shipped_calendars.h"

namespace proxy {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct draft {
  std::vector<calendar_zone> zones;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_prefix;
  std::vector<calendar::holiday_in> holidays;
  std::vector<calendar_version> versions;
  std::vector<std::size_t> elsewhere;
};

// A list, or one value alone.
std::vector<YAML::Node> each(const YAML::Node& n) {
  std::vector<YAML::Node> all;
  if (n.IsSequence()) {
    for (const auto& one : n)
      all.push_back(one);
  } else {
    all.push_back(n);
  }
  return all;
}

void read_zones(const YAML::Node& n, const std::string& where, draft& d, error_list& errors) {
  if (!n.IsMap() || n.size() == 0)
    return errors.add(n, "`" + where + "` is " + shown(n) +
                             "; it must tell the prefixes of numbers in each zone, such as Europe/Paris: [\"33\"]");
  for (const auto& entry : n) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const auto zone = time_zone::named(name);
    if (!zone) {
      errors.add(entry.first, "`" + where + "` names the zone " + shown(entry.first) +
                                  ", which is not known; it must be one of the IANA's, such as Europe/Paris");
      continue;
    }
    for (const YAML::Node& prefix : each(entry.second)) {
      std::string digits;
      if (read_digits(prefix, where + "." + name, 15, false, digits, errors))
        d.by_prefix[digits].push_back(d.zones.size());
    }
    d.zones.push_back({name, *zone});
  }
}

void read_one_holiday(const YAML::Node& n, const std::string& where, draft& d, error_list& errors) {
  calendar::holiday_in made;
  const auto read_day = [&](const YAML::Node& day) {
    const auto read = day.IsScalar() ? read_holiday(day.Scalar()) : std::nullopt;
    if (!read)
      return errors.add(day, "`" + where + "` is " + shown(day) +
                                 "; it must be a day of each year (07-14), one from Easter (easter+1) or one date "
                                 "(2026-07-03)");
    made.day = *read;
  };
  if (n.IsMap()) {
    section s(n, where, errors);
    s.required_key("on", "`" + where + "` needs `on`, such as on: 07-14", read_day);
    s.key("in", [&](const YAML::Node& zones) {
      for (const YAML::Node& zone : each(zones)) {
        const std::string name = zone.IsScalar() ? zone.Scalar() : "";
        if (std::ranges::find(d.zones, name, &calendar_zone::name) == d.zones.end())
          errors.add(zone, "`" + where + ".in` is " + shown(zone) + "; it must be one of the calendar's zones");
        made.zones.push_back(name);
      }
    });
    s.finish();
  } else {
    read_day(n);
  }
  d.holidays.push_back(std::move(made));
}

void read_days(const YAML::Node& n, const std::string& where, day_set& out, error_list& errors) {
  for (const YAML::Node& one : each(n)) {
    const std::string text = one.IsScalar() ? one.Scalar() : "";
    if (text == "holidays") {
      out |= holidays_too;
      continue;
    }
    const std::size_t hyphen = text.find('-');
    const auto first = std::ranges::find(weekdays, text.substr(0, hyphen));
    const auto last = hyphen == std::string::npos ? first : std::ranges::find(weekdays, text.substr(hyphen + 1));
    if (first == weekdays.end() || last == weekdays.end() || last < first) {
      errors.add(one, "`" + where + "` is " + shown(one) +
                          "; it must be days from mon to sun, such as mon-fri, sat or holidays, or a list of them");
      continue;
    }
    for (auto day = first; day <= last; ++day)
      out = static_cast<day_set>(out | 1U << (day - weekdays.begin()));
  }
}

bool read_time_of_day(const YAML::Node& n, const std::string& where, seconds& out, error_list& errors) {
  const std::string text = n.IsScalar() ? n.Scalar() : "";
  const bool form = text.size() == 5 && text[2] == ':' &&
                    (text.substr(0, 2) + text.substr(3)).find_first_not_of("0123456789") == std::string::npos;
  const int hour = form ? std::stoi(text.substr(0, 2)) : 0;
  const int minute = form ? std::stoi(text.substr(3)) : 0;
  const seconds time = hours{hour} + minutes{minute};
  if (!form || minute > 59 || time > days{1}) {
    errors.add(n, "`" + where + "` is " + shown(n) + "; it must be a time of day, such as \"08:00\" or \"24:00\"");
    return false;
  }
  out = time;
  return true;
}

void read_hours(const YAML::Node& n, const std::string& where, calendar_version& out, error_list& errors) {
  for (const YAML::Node& one : each(n)) {
    permitted_hours h;
    section s(one, where, errors);
    s.required_key("days", "`" + where + "` needs `days`, such as mon-sat",
                   [&](const YAML::Node& v) { read_days(v, where + ".days", h.days, errors); });
    s.required_key("from", "`" + where + "` needs `from`, such as \"08:00\"",
                   [&](const YAML::Node& v) { read_time_of_day(v, where + ".from", h.from, errors); });
    s.required_key("to", "`" + where + "` needs `to`, such as \"22:00\"", [&](const YAML::Node& v) {
      const bool read = read_time_of_day(v, where + ".to", h.to, errors);
      if (read && h.to <= h.from)
        errors.add(v, "`" + where + ".to` is " + shown(v) +
                          ", which is not after `from`; hours over midnight are two entries");
    });
    s.finish();
    out.hours.push_back(h);
  }
}

void read_version(const YAML::Node& n, const std::string& where, draft& d, error_list& errors) {
  calendar_version made;
  made.valid_from = local_days::min();
  section s(n, where, errors);
  s.key("valid_from", [&](const YAML::Node& v) {
    const auto date = v.IsScalar() ? read_date(v.Scalar()) : std::nullopt;
    if (!date)
      return errors.add(v, "`" + where + ".valid_from` is " + shown(v) + "; it must be a date, such as 2026-01-01");
    made.valid_from = local_days{*date};
  });
  s.required_key("hours", "`" + where + "` needs `hours`, such as - {days: mon-sat, from: \"08:00\", to: \"22:00\"}",
                 [&](const YAML::Node& v) { read_hours(v, where + ".hours", made, errors); });
  s.finish();
  const bool twice = std::ranges::find(d.versions, made.valid_from, &calendar_version::valid_from) != d.versions.end();
  if (twice) errors.add(n, "two versions of `" + where + "` begin on the same day; give each its `valid_from`");
  d.versions.push_back(std::move(made));
}

void read_elsewhere(const YAML::Node& n, const std::string& where, draft& d, error_list& errors) {
  for (const YAML::Node& one : each(n)) {
    const auto zone = std::ranges::find(d.zones, one.IsScalar() ? one.Scalar() : "", &calendar_zone::name);
    if (zone == d.zones.end()) {
      errors.add(one, "`" + where + "` is " + shown(one) + "; it must be one of the calendar's zones, or some of them");
    } else {
      d.elsewhere.push_back(static_cast<std::size_t>(zone - d.zones.begin()));
    }
  }
}

void read_parts(const YAML::Node& n, const std::string& where, draft& d, error_list& errors);

// What comes with the gate, of which the calendar says what is different.
void read_like(const YAML::Node& n, const std::string& where, draft& d, error_list& errors) {
  const std::string name = n.IsScalar() ? n.Scalar() : "";
  const auto found = std::ranges::find(shipped_calendars(), name, &shipped_calendar::name);
  if (found == shipped_calendars().end())
    return errors.add(n, "`" + where + "` is " + shown(n) + "; it must be " + names_of_shipped_calendars());
  read_parts(YAML::Load(found->yaml), name, d, errors);
}

void read_parts(const YAML::Node& n, const std::string& where, draft& d, error_list& errors) {
  section s(n, where, errors);
  bool complete = false;
  s.key("like", [&](const YAML::Node& v) {
    read_like(v, where + ".like", d, errors);
    complete = true;
  });
  const auto needed = [&](const std::string& key, const std::string& message, const section::reader& read) {
    complete ? s.key(key, read) : s.required_key(key, message, read);
  };
  needed("zones", "`" + where + "` needs `zones`, such as Europe/Paris: [\"33\"]", [&](const YAML::Node& v) {
    d.zones.clear();
    d.by_prefix.clear();
    d.elsewhere.clear();
    read_zones(v, where + ".zones", d, errors);
  });
  s.key("elsewhere", [&](const YAML::Node& v) {
    d.elsewhere.clear();
    read_elsewhere(v, where + ".elsewhere", d, errors);
  });
  s.key("holidays", [&](const YAML::Node& v) {
    d.holidays.clear();
    for (const YAML::Node& one : each(v))
      read_one_holiday(one, where + ".holidays", d, errors);
  });
  needed("versions", "`" + where + "` needs `versions`, each with its `hours`", [&](const YAML::Node& v) {
    d.versions.clear();
    for (const YAML::Node& one : each(v))
      read_version(one, where + ".versions", d, errors);
  });
  s.finish();
}

}  // namespace

std::string names_of_shipped_calendars() {
  std::string names;
  for (const shipped_calendar& c : shipped_calendars())
    names += (names.empty() ? "" : ", ") + std::string(c.name);
  return names;
}

std::shared_ptr<const calendar> read_calendar(const YAML::Node& n, const std::string& where, error_list& errors) {
  const std::size_t before = errors.size();
  draft d;
  read_parts(n, where, d, errors);
  if (d.versions.empty() && errors.size() == before)
    errors.add(n, "`" + where + ".versions` is empty; it must tell the hours");
  if (errors.size() != before) return nullptr;
  return std::make_shared<const calendar>(std::move(d.zones), std::move(d.by_prefix), std::move(d.holidays),
                                          std::move(d.versions), std::move(d.elsewhere));
}

std::shared_ptr<const calendar> shipped_calendar_named(const std::string& name) {
  const auto found = std::ranges::find(shipped_calendars(), name, &shipped_calendar::name);
  if (found == shipped_calendars().end()) return nullptr;
  error_list errors;
  auto made = read_calendar(YAML::Load(found->yaml), name, errors);
  if (!made)
    throw std::logic_error(name + ".yaml:" + std::to_string(errors.sorted().front().line) + ": " +
                           errors.sorted().front().message);
  return made;
}

}  // namespace proxy
