// quiet_hours, opt_out_mention, frequency_cap and calendars.
#include "tests/unit/config/loading.h"

using namespace proxy;
using namespace testing;

namespace {

using lines = std::vector<std::string>;

message_rules rules_of(const std::string& keys, const std::string& before = "") {
  return valid_after_upstreams(before + "senders:\n  - {name: shop, " + keys + "}\n").senders.at(0).rules;
}

// The error at the one sender's keys, without its place.
std::string wrong(const std::string& keys) {
  const lines all = errors_after_upstreams("senders:\n  - {name: shop, " + keys + "}\n");
  REQUIRE(all.size() == 1);
  return all[0].substr(all[0].find(": ") + 2);
}

std::string wrong_calendar(const std::string& text) {
  const lines all = errors_after_upstreams("calendars: {c: " + text + "}\n");
  REQUIRE(all.size() == 1);
  return all[0].substr(all[0].find(": ") + 2);
}

}  // namespace

TEST_CASE("rules are off by default") {
  const message_rules none = rules_of("group: g");
  CHECK_FALSE(none.any());
  CHECK_FALSE(rules_of("quiet_hours: off, opt_out_mention: off, frequency_cap: off").any());
  CHECK_FALSE(rules_of("quiet_hours: {calendar: france, mode: off}").any());
}

TEST_CASE("rules take over the sender's mode, or have their own") {
  const std::string all =
      "quiet_hours: {calendar: france}, frequency_cap: {messages: 3, per: 7d}, opt_out_mention: enforce";
  const message_rules enforced = rules_of(all);
  CHECK(enforced.quiet_hours == rule_mode::enforce);
  CHECK(enforced.frequency_cap == rule_mode::enforce);
  CHECK(enforced.opt_out_mention == rule_mode::enforce);
  REQUIRE(enforced.calendars.size() == 1);
  CHECK(enforced.calendars[0] != nullptr);
  CHECK(rules_of("quiet_hours: {calendar: [united_states, texas, florida]}").calendars.size() == 3);
  CHECK(enforced.cap == frequency_cap{3, std::chrono::days{7}});
  const message_rules observed = rules_of("mode: observe, " + all);
  CHECK(observed.quiet_hours == rule_mode::observe);
  CHECK(observed.frequency_cap == rule_mode::observe);
  CHECK(observed.opt_out_mention == rule_mode::enforce);
  CHECK(rules_of("mode: observe, quiet_hours: {calendar: texas, mode: enforce}").quiet_hours == rule_mode::enforce);
  CHECK(rules_of("frequency_cap: {messages: 1, per: 24h, mode: observe}").frequency_cap == rule_mode::observe);
  CHECK(rules_of("frequency_cap: {messages: 1, per: 30m}").cap.per == std::chrono::minutes{30});
  CHECK(rules_of("frequency_cap: {messages: 1, per: 92d}").cap.per == std::chrono::days{92});
}

TEST_CASE("what is wrong with a rule") {
  CHECK(wrong("quiet_hours: enforce") == "`senders[0].quiet_hours` must be a mapping of `key: value` lines");
  CHECK(wrong("quiet_hours: {mode: enforce}") == "`senders[0].quiet_hours` needs a `calendar`, such as france");
  CHECK(
      wrong("quiet_hours: {calendar: atlantis}") ==
      "`senders[0].quiet_hours.calendar` is `atlantis`; it must be france, united_states, texas, florida, or one that "
      "`calendars` describes");
  CHECK(wrong("quiet_hours: {calendar: []}") ==
        "`senders[0].quiet_hours.calendar` is empty; it must name a calendar, such as france");
  CHECK(wrong("quiet_hours: {calendar: [texas, atlantis]}")
            .starts_with("`senders[0].quiet_hours.calendar` is `atlantis`"));
  CHECK(wrong("quiet_hours: {calendar: france, mode: on}") ==
        "`senders[0].quiet_hours.mode` is `on`; it must be one of off, observe, enforce");
  CHECK(wrong("quiet_hours: {calender: france, calendar: france}") ==
        "unknown key `calender` in `senders[0].quiet_hours`; did you mean `calendar`?");
  CHECK(wrong("opt_out_mention: true") ==
        "`senders[0].opt_out_mention` is `true`; it must be one of off, observe, enforce");
  CHECK(wrong("frequency_cap: {per: 7d}") ==
        "`senders[0].frequency_cap` needs `messages`: how many one number may get");
  CHECK(wrong("frequency_cap: {messages: 1}") ==
        "`senders[0].frequency_cap` needs `per`: within what time, such as 7d");
  CHECK(wrong("frequency_cap: {messages: 0, per: 7d}") ==
        "`senders[0].frequency_cap.messages` is `0`; it must be a whole number from 1 to 100000");
  for (const std::string per : {"0d", "93d", "7", "1w", "-1d", "2209h", "x", "99999999999999999999d"}) {
    CHECK(wrong("frequency_cap: {messages: 1, per: " + per + "}") ==
          "`senders[0].frequency_cap.per` is `" + per + "`; it must be a time such as 30m, 24h or 7d, up to 92d");
  }
}

TEST_CASE("a calendar of the configuration, which may have the name of one that comes with the gate") {
  const std::string calendars =
      "calendars:\n"
      "  france:\n"
      "    zones: {Asia/Tokyo: \"81\", Europe/Paris: [33, \"34\"]}\n"
      "    holidays: [01-01, easter-2, 2026-07-03, {on: 05-08, in: Europe/Paris}]\n"
      "    versions:\n"
      "      - valid_from: 2027-01-01\n"
      "        hours: {days: [mon-fri, sun, holidays], from: \"00:00\", to: \"24:00\"}\n"
      "      - hours:\n"
      "          - {days: mon, from: \"08:00\", to: \"12:00\"}\n"
      "          - {days: [mon, tue], from: \"14:00\", to: \"18:30\"}\n";
  const auto made = rules_of("quiet_hours: {calendar: france}", calendars).calendars.at(0);
  const auto permits = [&](std::uint64_t number, const char* day, int hour, int minute) {
    const auto date = read_date(day);
    REQUIRE(date);
    return made->permits(store::number{number},
                         std::chrono::sys_days{*date} + std::chrono::hours{hour} + std::chrono::minutes{minute});
  };
  CHECK(permits(33612345678, "2026-11-23", 7, 0));  // Monday, 08:00 in Paris
  CHECK_FALSE(permits(33612345678, "2026-11-23", 11, 0));
  CHECK(permits(34612345678, "2026-11-24", 13, 0));  // Tuesday
  CHECK_FALSE(permits(34612345678, "2026-11-24", 7, 0));
  CHECK_FALSE(permits(33612345678, "2026-11-25", 7, 0));  // Wednesday
  CHECK(permits(818012345678, "2026-11-22", 23, 0));      // Monday in Tokyo
  CHECK_FALSE(permits(33612345678, "2026-12-31", 22, 59));
  CHECK(permits(33612345678, "2026-12-31", 23, 0));  // 2027, Friday and a holiday
  CHECK_FALSE(permits(33612345678, "2027-01-02", 12, 0));
}

TEST_CASE("a calendar that is like another but for what it tells") {
  const auto permits = [](const std::string& calendars, std::uint64_t number, const char* day, int hour) {
    const auto made = rules_of("quiet_hours: {calendar: ours}", "calendars: {ours: {like: france" + calendars + "}}\n");
    return made.calendars.at(0)->permits(store::number{number},
                                         std::chrono::sys_days{*read_date(day)} + std::chrono::hours{hour});
  };
  constexpr std::uint64_t paris = 33612345678, reunion = 262692123456, brussels = 32470123456;
  const std::string from_april =
      ", versions: [{valid_from: 2024-09-01, hours: {days: mon-sat, from: \"08:00\", to: \"22:00\"}},"
      " {valid_from: 2026-04-01, hours: {days: [mon-sun, holidays], from: \"08:00\", to: \"21:30\"}}]";
  CHECK(permits("", paris, "2026-01-04", 12));  // a Sunday
  CHECK_FALSE(permits(from_april, paris, "2026-01-04", 12));
  CHECK_FALSE(permits(from_april, paris, "2026-01-01", 12));  // the holidays are those of france
  CHECK(permits(from_april, paris, "2026-04-05", 12));
  CHECK_FALSE(permits(from_april, reunion, "2026-04-05", 18));  // 22:00 there
  CHECK(permits(from_april, brussels, "2026-04-05", 12));
  CHECK_FALSE(permits(", elsewhere: Pacific/Noumea", brussels, "2026-04-05", 12));
  CHECK(permits(", holidays: []" + from_april, paris, "2026-01-01", 12));
  CHECK_FALSE(permits(", zones: {Asia/Tokyo: [\"33\"]}", paris, "2026-04-06", 14));
}

TEST_CASE("a calendar that never permits numbers of no prefix is worth a warning") {
  const auto warned = [](const std::string& zones) {
    const config c =
        valid_after_upstreams("calendars: {c: {zones: {Pacific/Noumea: [\"687\"], Pacific/Tahiti: [\"689\"]}" + zones +
                              ", versions: [{hours: {days: mon-sun, from: \"08:00\", to: \"10:00\"}}]}}\n"
                              "senders: [{name: a, quiet_hours: {calendar: c}}]\n");
    return c.warnings.empty() ? std::string() : c.warnings.front().message;
  };
  CHECK(warned("").starts_with("`senders[0].quiet_hours.calendar` never permits a number that is under none"));
  CHECK(warned(", elsewhere: Pacific/Tahiti").empty());
  CHECK(rules_of("quiet_hours: {calendar: [united_states, texas, florida]}").calendars.size() == 3);
}

TEST_CASE("what is wrong with a calendar") {
  const std::string zones = "zones: {Europe/Paris: [\"33\"]}",
                    hours = "hours: {days: mon, from: \"08:00\", to: \"12:00\"}";
  const std::string versions = "versions: [{" + hours + "}]";
  CHECK(errors_after_upstreams("calendars: []\n") ==
        lines{"2:12: `calendars` is a list; it must be a mapping from names to calendars"});
  CHECK(wrong_calendar("{" + versions + "}") == "`calendars.c` needs `zones`, such as Europe/Paris: [\"33\"]");
  CHECK(wrong_calendar("{" + zones + "}") == "`calendars.c` needs `versions`, each with its `hours`");
  CHECK(wrong_calendar("{" + zones + ", versions: []}") == "`calendars.c.versions` is empty; it must tell the hours");
  CHECK(
      wrong_calendar("{zones: {Europe/Lutetia: [\"33\"]}, " + versions + "}") ==
      "`calendars.c.zones` names the zone `Europe/Lutetia`, which is not known; it must be one of the IANA's, such as "
      "Europe/Paris");
  CHECK(wrong_calendar("{zones: {Europe/Paris: [+33]}, " + versions + "}") ==
        "`calendars.c.zones.Europe/Paris` is `+33`; it must be one to 15 digits, without +");
  CHECK(wrong_calendar("{zones: {}, " + versions + "}") ==
        "`calendars.c.zones` is a mapping; it must tell the prefixes of numbers in each zone, such as Europe/Paris: "
        "[\"33\"]");
  CHECK(wrong_calendar("{" + zones + ", " + versions + ", holidays: [14-07]}") ==
        "`calendars.c.holidays` is `14-07`; it must be a day of each year (07-14), one from Easter (easter+1) or one "
        "date "
        "(2026-07-03)");
  CHECK(wrong_calendar("{" + zones + ", " + versions + ", holidays: [{on: 07-14, in: Asia/Tokyo}]}") ==
        "`calendars.c.holidays.in` is `Asia/Tokyo`; it must be one of the calendar's zones");
  CHECK(wrong_calendar("{" + zones + ", versions: [{valid_from: 2026, " + hours + "}]}") ==
        "`calendars.c.versions.valid_from` is `2026`; it must be a date, such as 2026-01-01");
  CHECK(wrong_calendar("{" + zones + ", versions: [{" + hours + "}, {" + hours + "}]}") ==
        "two versions of `calendars.c.versions` begin on the same day; give each its `valid_from`");
  CHECK(wrong_calendar("{" + zones + ", " + versions + ", elsewhere: Asia/Tokyo}") ==
        "`calendars.c.elsewhere` is `Asia/Tokyo`; it must be one of the calendar's zones, or some of them");
  CHECK(wrong_calendar("{like: atlantis}")
            .starts_with("`calendars.c.like` is `atlantis`; it must be france, united_states, texas, florida"));
  const auto wrong_hours = [&](const std::string& text) {
    return wrong_calendar("{" + zones + ", versions: [{hours: {" + text + "}}]}");
  };
  CHECK(wrong_hours("days: mo, from: \"08:00\", to: \"12:00\"") ==
        "`calendars.c.versions.hours.days` is `mo`; it must be days from mon to sun, such as mon-fri, sat or holidays, "
        "or "
        "a list of them");
  CHECK(
      wrong_hours("days: sat-mon, from: \"08:00\", to: \"12:00\"").starts_with("`calendars.c.versions.hours.days` is"));
  for (const std::string time : {"8:00", "08:60", "24:01", "08.00", "noon"}) {
    CHECK(wrong_hours("days: mon, from: \"00:00\", to: \"" + time + "\"") ==
          "`calendars.c.versions.hours.to` is `" + time +
              "`; it must be a time of day, such as \"08:00\" or \"24:00\"");
  }
  CHECK(wrong_hours("days: mon, from: \"22:00\", to: \"06:00\"") ==
        "`calendars.c.versions.hours.to` is `06:00`, which is not after `from`; hours over midnight are two entries");
  CHECK(wrong_hours("days: mon, from: \"22:00\", to: \"00:00\"") ==
        "`calendars.c.versions.hours.to` is `00:00`, which is not after `from`; hours over midnight are two entries");
}
