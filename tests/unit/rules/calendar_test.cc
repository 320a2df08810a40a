// Hours to the second, where the person is.
#include "proxy/config/calendars.h"
#include "store/instant.h"
#include "tests/unit/catch.h"

using namespace proxy;

namespace {

std::chrono::sys_seconds at(const std::string& rfc3339) {
  const auto read = store::read_time(rfc3339);
  REQUIRE(read);
  return std::chrono::floor<std::chrono::seconds>(read->earliest);
}

bool permits(const std::string& calendar, std::uint64_t number, const std::string& when) {
  const auto c = shipped_calendar_named(calendar);
  REQUIRE(c);
  return c->permits(store::number{number}, at(when));
}

struct boundary {
  std::uint64_t number;
  const char* when;
  bool permitted;
};

void check(const std::string& calendar, std::initializer_list<boundary> all) {
  for (const boundary& b : all) {
    INFO(calendar << " " << b.number << " " << b.when);
    CHECK(permits(calendar, b.number, b.when) == b.permitted);
  }
}

constexpr std::uint64_t paris = 33612345678, reunion = 262692123456, mayotte = 262639123456, guadeloupe = 590690123456,
                        martinique = 596696123456, guyane = 594694123456, noumea = 687751234, polynesia = 68987123456;
constexpr std::uint64_t new_york = 12125550123, chicago = 13125550123, denver = 13035550123, phoenix = 16025550123,
                        los_angeles = 12135550123, honolulu = 18085550123, indiana = 18125550123,
                        toll_free = 18005550123, houston = 17135550123, el_paso = 19155550123, miami = 13055550123,
                        pensacola = 18505550123;

}  // namespace

TEST_CASE("easter") {
  using namespace std::chrono;
  for (const char* day : {"1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31",
                          "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2285-03-22"}) {
    const auto date = read_date(day);
    REQUIRE(date);
    CHECK(easter_sunday(date->year()) == local_days{*date});
  }
}

TEST_CASE("holidays are read in three forms") {
  CHECK(std::holds_alternative<std::chrono::month_day>(read_holiday("07-14").value()));
  CHECK(std::get<from_easter>(read_holiday("easter-2").value()).distance == std::chrono::days{-2});
  CHECK(std::get<from_easter>(read_holiday("easter").value()).distance == std::chrono::days{0});
  CHECK(std::holds_alternative<std::chrono::year_month_day>(read_holiday("2026-07-03").value()));
  for (const char* wrong :
       {"", "7-14", "02-30", "13-01", "easter1", "easter+", "easter+101", "2026-02-29", "14.7.", "-1-14"})
    CHECK_FALSE(read_holiday(wrong));
}

TEST_CASE("France 2024: jours ouvrables from 08:00 to 22:00") {
  check("france", {
                      {paris, "2024-11-13T07:59:59+01:00", false},  // a Wednesday
                      {paris, "2024-11-13T08:00:00+01:00", true},
                      {paris, "2024-11-13T21:59:59+01:00", true},
                      {paris, "2024-11-13T22:00:00+01:00", false},
                      {paris, "2024-11-16T12:00:00+01:00", true},  // Saturday
                      {paris, "2024-11-16T21:59:59+01:00", true},
                      {paris, "2024-11-17T00:00:00+01:00", false},  // Sunday
                      {paris, "2024-11-17T12:00:00+01:00", false},
                      {paris, "2024-11-17T23:59:59+01:00", false},
                      {paris, "2024-11-18T08:00:00+01:00", true},
                      {paris, "2023-11-15T12:00:00+01:00", true},  // before the first version: by the first
                      {paris, "2023-11-19T12:00:00+01:00", false},
                  });
}

TEST_CASE("France: each holiday of 2025, and the days around those that Easter moves") {
  for (const char* day : {"2025-01-01", "2025-04-21", "2025-05-01", "2025-05-08", "2025-05-29", "2025-06-09",
                          "2025-07-14", "2025-08-15", "2025-11-01", "2025-11-11", "2025-12-25"}) {
    INFO(day);
    CHECK_FALSE(permits("france", paris, std::string(day) + "T12:00:00Z"));
  }
  for (const char* day :
       {"2025-04-18", "2025-04-22", "2025-05-28", "2025-05-30", "2025-06-10", "2025-07-15", "2025-12-26"}) {
    INFO(day);
    CHECK(permits("france", paris, std::string(day) + "T12:00:00Z"));
  }
  for (const char* day : {"2024-04-01", "2024-05-09", "2024-05-20"})  // another Easter
    CHECK_FALSE(permits("france", paris, std::string(day) + "T12:00:00Z"));
}

TEST_CASE("France 2026: every day from 08:00 to 21:30, from the first second of the year there") {
  check("france", {
                      {paris, "2025-12-31T21:59:59+01:00", true},
                      {paris, "2026-01-01T07:59:59+01:00", false},
                      {paris, "2026-01-01T08:00:00+01:00", true},  // a holiday
                      {paris, "2026-01-02T21:29:59+01:00", true},
                      {paris, "2026-01-02T21:30:00+01:00", false},
                      {paris, "2026-01-04T12:00:00+01:00", true},  // Sunday
                      {noumea, "2025-12-31T22:00:00Z", true},      // 09:00 of 1 January there
                      {paris, "2025-12-31T22:00:00Z", false},
                  });
}

TEST_CASE("France: the clocks change") {
  check("france", {
                      // 2026-03-29: from +01:00 to +02:00
                      {paris, "2026-03-28T06:59:59Z", false},
                      {paris, "2026-03-28T07:00:00Z", true},
                      {paris, "2026-03-28T20:29:59Z", true},
                      {paris, "2026-03-28T20:30:00Z", false},
                      {paris, "2026-03-29T05:59:59Z", false},
                      {paris, "2026-03-29T06:00:00Z", true},
                      {paris, "2026-03-29T19:29:59Z", true},
                      {paris, "2026-03-29T19:30:00Z", false},
                      // 2026-10-25: back
                      {paris, "2026-10-24T06:00:00Z", true},
                      {paris, "2026-10-24T19:30:00Z", false},
                      {paris, "2026-10-25T06:00:00Z", false},
                      {paris, "2026-10-25T06:59:59Z", false},
                      {paris, "2026-10-25T07:00:00Z", true},
                      {paris, "2026-10-25T20:29:59Z", true},
                      {paris, "2026-10-25T20:30:00Z", false},
                  });
}

TEST_CASE("France overseas: each has its own clock, and its own holidays") {
  check("france", {
                      {reunion, "2024-11-13T03:59:59Z", false},  // +04:00
                      {reunion, "2024-11-13T04:00:00Z", true},
                      {mayotte, "2024-11-13T04:59:59Z", false},  // +03:00
                      {mayotte, "2024-11-13T05:00:00Z", true},
                      {guadeloupe, "2024-11-13T11:59:59Z", false},  // -04:00
                      {guadeloupe, "2024-11-13T12:00:00Z", true},
                      {martinique, "2024-11-14T01:59:59Z", true},
                      {martinique, "2024-11-14T02:00:00Z", false},
                      {guyane, "2024-11-13T10:59:59Z", false},  // -03:00
                      {guyane, "2024-11-13T11:00:00Z", true},
                      {noumea, "2024-11-12T20:59:59Z", false},  // +11:00
                      {noumea, "2024-11-12T21:00:00Z", true},
                      {508551234, "2024-07-01T10:00:00Z", true},  // Saint-Pierre and Miquelon, -02:00 in summer
                      {508551234, "2024-12-02T10:00:00Z", false},
                      {polynesia, "2024-11-13T17:59:59Z", false},  // Tahiti -10:00, the Gambier Islands -09:00
                      {polynesia, "2024-11-13T18:00:00Z", true},
                      {polynesia, "2024-11-14T06:59:59Z", true},
                      {polynesia, "2024-11-14T07:00:00Z", false},
                      {martinique, "2025-05-22T15:00:00Z", false},
                      {guadeloupe, "2025-05-22T15:00:00Z", true},
                      {guadeloupe, "2025-05-27T15:00:00Z", false},
                      {guyane, "2025-06-10T15:00:00Z", false},
                      {reunion, "2024-12-20T10:00:00Z", false},
                      {mayotte, "2024-12-20T10:00:00Z", true},
                  });
}

TEST_CASE("France overseas, dialled as in France: a national number gets the country code 33") {
  check("france", {
                      {33690123456, "2026-01-15T08:00:00Z", false},  // Guadeloupe: 09:00 in Paris, 04:00 there
                      {33590123456, "2026-01-15T08:00:00Z", false},
                      {33691123456, "2026-01-15T12:00:00Z", true},
                      {33696123456, "2026-01-15T11:59:59Z", false},  // Martinique
                      {33697123456, "2026-01-15T12:00:00Z", true},
                      {33596123456, "2026-01-15T11:59:59Z", false},
                      {33694123456, "2026-01-15T10:59:59Z", false},  // Guyane
                      {33594123456, "2026-01-15T11:00:00Z", true},
                      {33692123456, "2026-01-15T04:00:00Z", true},  // Réunion
                      {33693123456, "2026-01-15T17:30:00Z", false},
                      {33262123456, "2026-01-15T17:30:00Z", false},
                      {33639123456, "2026-01-15T18:30:00Z", false},  // Mayotte
                      {33269123456, "2026-01-15T05:00:00Z", true},
                      {33508123456, "2026-01-15T08:00:00Z", false},  // Saint-Pierre
                  });
}

TEST_CASE("a number of no zone of the calendar: that of elsewhere, or when all of them permit") {
  // Between 08:00 at Mata Utu and 22:00 at Nouméa lies no time that is day in all of France.
  check("france", {
                      {4915112345678, "2024-11-13T06:59:59Z", false},
                      {4915112345678, "2024-11-13T07:00:00Z", true},
                      {447700900123, "2024-11-13T20:59:59Z", true},  // in London, 19:59:59
                      {447700900123, "2024-11-13T21:00:00Z", false},
                      {32470123456, "2026-11-15T20:29:59Z", true},  // a Sunday
                      {32470123456, "2026-11-15T20:30:00Z", false},
                  });
  check("united_states", {
                             {toll_free, "2026-01-15T21:59:59Z", false},
                             {toll_free, "2026-01-15T22:00:00Z", true},  // 08:00 in Guam, 17:00 in New York
                             {toll_free, "2026-01-16T00:59:59Z", true},  // 20:59:59 in Puerto Rico
                             {toll_free, "2026-01-16T01:00:00Z", false},
                             {14165550123, "2026-01-15T15:00:00Z", false},  // Toronto
                         });
  check("florida", {
                       {new_york, "2026-01-15T13:59:59Z", false},
                       {new_york, "2026-01-15T14:00:00Z", true},
                       {new_york, "2026-01-16T00:59:59Z", true},
                       {new_york, "2026-01-16T01:00:00Z", false},
                   });
}

TEST_CASE("United States: 08:00 to 21:00 by area code, Sundays and holidays, too") {
  check("united_states", {
                             {new_york, "2026-01-15T12:59:59Z", false},
                             {new_york, "2026-01-15T13:00:00Z", true},
                             {new_york, "2026-01-16T01:59:59Z", true},
                             {new_york, "2026-01-16T02:00:00Z", false},
                             {chicago, "2026-01-15T13:59:59Z", false},
                             {chicago, "2026-01-15T14:00:00Z", true},
                             {denver, "2026-01-15T14:59:59Z", false},
                             {denver, "2026-01-15T15:00:00Z", true},
                             {los_angeles, "2026-01-15T16:00:00Z", true},
                             {los_angeles, "2026-01-15T15:59:59Z", false},
                             {honolulu, "2026-01-15T17:59:59Z", false},
                             {honolulu, "2026-01-15T18:00:00Z", true},
                             {new_york, "2026-07-05T12:00:00Z", true},  // a Sunday
                             // 812 is in two zones: from 08:00 in the western to 21:00 in the eastern one
                             {indiana, "2026-01-15T13:59:59Z", false},
                             {indiana, "2026-01-15T14:00:00Z", true},
                             {indiana, "2026-01-16T01:59:59Z", true},
                             {indiana, "2026-01-16T02:00:00Z", false},
                         });
}

TEST_CASE("United States: the clocks change, and do not in Arizona") {
  check("united_states", {
                             // 2026-03-08
                             {new_york, "2026-03-07T13:00:00Z", true},
                             {new_york, "2026-03-07T12:59:59Z", false},
                             {new_york, "2026-03-08T12:00:00Z", true},
                             {new_york, "2026-03-08T11:59:59Z", false},
                             {new_york, "2026-03-09T00:59:59Z", true},
                             {new_york, "2026-03-09T01:00:00Z", false},
                             // 2026-11-01
                             {new_york, "2026-10-31T12:00:00Z", true},
                             {new_york, "2026-11-01T12:00:00Z", false},
                             {new_york, "2026-11-01T12:59:59Z", false},
                             {new_york, "2026-11-01T13:00:00Z", true},
                             {new_york, "2026-11-02T01:59:59Z", true},
                             {new_york, "2026-11-02T02:00:00Z", false},
                             {phoenix, "2026-01-15T15:00:00Z", true},
                             {phoenix, "2026-07-15T14:59:59Z", false},
                             {phoenix, "2026-07-15T15:00:00Z", true},
                             {denver, "2026-07-15T14:00:00Z", true},
                         });
}

TEST_CASE("Texas: from nine, on Sunday from noon, to nine in the evening") {
  check("texas", {
                     {houston, "2026-01-17T08:59:59-06:00", false},  // Saturday
                     {houston, "2026-01-17T09:00:00-06:00", true},
                     {houston, "2026-01-17T20:59:59-06:00", true},
                     {houston, "2026-01-17T21:00:00-06:00", false},
                     {houston, "2026-01-18T09:00:00-06:00", false},  // Sunday
                     {houston, "2026-01-18T11:59:59-06:00", false},
                     {houston, "2026-01-18T12:00:00-06:00", true},
                     {houston, "2026-01-18T20:59:59-06:00", true},
                     {houston, "2026-01-18T21:00:00-06:00", false},
                     {houston, "2026-03-08T16:59:59Z", false},  // the Sunday when the clocks change
                     {houston, "2026-03-08T17:00:00Z", true},
                     {houston, "2026-11-01T17:59:59Z", false},
                     {houston, "2026-11-01T18:00:00Z", true},
                     {el_paso, "2026-01-18T18:59:59Z", false},
                     {el_paso, "2026-01-18T19:00:00Z", true},
                 });
}

TEST_CASE("Florida: from eight to eight") {
  check("florida", {
                       {miami, "2026-01-15T07:59:59-05:00", false},
                       {miami, "2026-01-15T08:00:00-05:00", true},
                       {miami, "2026-01-15T19:59:59-05:00", true},
                       {miami, "2026-01-15T20:00:00-05:00", false},
                       {pensacola, "2026-01-15T08:00:00-05:00", false},  // 850 may be an hour behind
                       {pensacola, "2026-01-15T09:00:00-05:00", true},
                       {pensacola, "2026-01-15T20:00:00-05:00", false},
                   });
}

TEST_CASE("several calendars: those that know the number must all permit, and all of them when none does") {
  const auto permitted = [](std::uint64_t number, const std::string& when) {
    std::vector<std::shared_ptr<const calendar>> all;
    for (const char* name : {"united_states", "texas", "florida"})
      all.push_back(shipped_calendar_named(name));
    return all_permit(all, store::number{number}, at(when));
  };
  CHECK_FALSE(permitted(houston, "2026-01-15T14:59:59Z"));  // 08:59:59 in Texas
  CHECK(permitted(houston, "2026-01-15T15:00:00Z"));
  CHECK(permitted(chicago, "2026-01-15T14:00:00Z"));  // 08:00 in Illinois
  CHECK_FALSE(permitted(chicago, "2026-01-15T13:59:59Z"));
  CHECK(permitted(miami, "2026-01-16T00:59:59Z"));
  CHECK_FALSE(permitted(miami, "2026-01-16T01:00:00Z"));  // 20:00 in Florida
  CHECK(permitted(new_york, "2026-01-16T01:00:00Z"));
  CHECK_FALSE(permitted(toll_free, "2026-01-18T17:59:59Z"));
  CHECK(permitted(toll_free, "2026-01-15T22:00:00Z"));
  CHECK_FALSE(permitted(toll_free, "2026-01-18T02:00:00Z"));
  CHECK_FALSE(permitted(toll_free, "2026-01-16T01:00:00Z"));
}

TEST_CASE("calendars that come with the gate are of their form, others are not there") {
  for (const char* name : {"france", "united_states", "texas", "florida"})
    CHECK(shipped_calendar_named(name));
  CHECK(shipped_calendar_named("atlantis") == nullptr);
}
