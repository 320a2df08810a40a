// What a sender's messages must keep to beyond consent: quiet_hours, opt_out_mention, frequency_cap; and calendars.
#include "proxy/config/message_rules.h"

#include <algorithm>

#include "proxy/config/calendars.h"
#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

bool is_off(const YAML::Node& n) {
  return n.IsScalar() && n.Scalar() == "off";
}

void read_rule_mode(const YAML::Node& n, const std::string& name, rule_mode& out, error_list& errors) {
  using enum rule_mode;
  read_choice<rule_mode>(n, name, {{"off", off}, {"observe", observe}, {"enforce", enforce}}, out, errors);
}

// That of the configuration, or of those that come with the gate.
std::shared_ptr<const calendar> calendar_named(const YAML::Node& n, const std::string& where, reading& r) {
  std::string name;
  if (!read_text(n, where, name, r.errors)) return nullptr;
  auto& known = r.result.calendars;
  if (const auto found = known.find(name); found != known.end()) return found->second;
  if (auto shipped = shipped_calendar_named(name)) return known.emplace(name, std::move(shipped)).first->second;
  r.errors.add(n, "`" + where + "` is " + shown(n) + "; it must be " + names_of_shipped_calendars() +
                      ", or one that `calendars` describes");
  return nullptr;
}

// One, or a list of them.
void read_calendar_names(const YAML::Node& n, const std::string& where, message_rules& out, reading& r) {
  if (n.IsSequence()) {
    for (const auto& one : n)
      out.calendars.push_back(calendar_named(one, where, r));
    if (n.size() == 0) return r.errors.add(n, "`" + where + "` is empty; it must name a calendar, such as france");
  } else {
    out.calendars.push_back(calendar_named(n, where, r));
  }
  if (std::ranges::find(out.calendars, nullptr) != out.calendars.end()) return;
  if (!ever_permit_elsewhere(out.calendars, std::chrono::floor<std::chrono::seconds>(store::now())))
    r.warnings.add(n,
                   "`" + where +
                       "` never permits a number that is under none of its prefixes, such as one of another country; "
                       "give the calendar `elsewhere`, the zone by which such a number is judged");
}

void read_quiet_hours(const YAML::Node& n, const std::string& where, rule_mode usual, message_rules& out, reading& r) {
  if (is_off(n)) return;
  out.quiet_hours = usual;
  section s(n, where, r.errors);
  s.required_key("calendar", "`" + where + "` needs a `calendar`, such as france",
                 [&](const YAML::Node& v) { read_calendar_names(v, where + ".calendar", out, r); });
  s.key("mode", [&](const YAML::Node& v) { read_rule_mode(v, where + ".mode", out.quiet_hours, r.errors); });
  s.finish();
}

void read_frequency_cap(const YAML::Node& n, const std::string& where, rule_mode usual, message_rules& out,
                        reading& r) {
  if (is_off(n)) return;
  out.frequency_cap = usual;
  section s(n, where, r.errors);
  s.required_key("messages", "`" + where + "` needs `messages`: how many one number may get", [&](const YAML::Node& v) {
    read_integer(v, where + ".messages", 1, 100000, false, out.cap.messages, r.errors);
  });
  s.required_key("per", "`" + where + "` needs `per`: within what time, such as 7d",
                 [&](const YAML::Node& v) { read_window(v, where + ".per", out.cap.per, r.errors); });
  s.key("mode", [&](const YAML::Node& v) { read_rule_mode(v, where + ".mode", out.frequency_cap, r.errors); });
  s.finish();
}

}  // namespace

void read_calendars(const YAML::Node& n, reading& r) {
  if (!n.IsMap())
    return r.errors.add(n, "`calendars` is " + shown(n) + "; it must be a mapping from names to calendars");
  for (const auto& entry : n) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    auto made = read_calendar(entry.second, "calendars." + name, r.errors);
    if (made && !r.result.calendars.emplace(name, std::move(made)).second)
      r.errors.add(entry.first, "two calendars have the name `" + name + "`; names must differ");
  }
}

void read_message_rules(section& s, const std::string& where, policy_mode mode_of_sender, message_rules& out,
                        reading& r) {
  const rule_mode usual = mode_of_sender == policy_mode::observe ? rule_mode::observe : rule_mode::enforce;
  s.key("quiet_hours", [&](const YAML::Node& v) { read_quiet_hours(v, where + ".quiet_hours", usual, out, r); });
  s.key("opt_out_mention",
        [&](const YAML::Node& v) { read_rule_mode(v, where + ".opt_out_mention", out.opt_out_mention, r.errors); });
  s.key("frequency_cap", [&](const YAML::Node& v) { read_frequency_cap(v, where + ".frequency_cap", usual, out, r); });
}

}  // namespace proxy
