#include "store/precedence.h"

#include <algorithm>
#include <random>

#include "tests/unit/catch.h"

using namespace store;
using std::chrono::hours;

namespace {

constexpr scope_id group = 1, mine = 2, other = 3;
constexpr source_id form = 1, broker = 2;

instant at(int day) {
  return instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + hours(24 * day)};
}

fact opt_in(int day, scope_id scope = mine, source_id source = form, std::optional<int> expires = {}) {
  fact f;
  f.occurred_at = at(day);
  f.scope = scope;
  f.source = source;
  f.sequence = static_cast<std::uint64_t>(1000 + day);
  if (expires) f.expires_at = at(*expires);
  return f;
}

fact opt_out(int day, scope_id scope = mine) {
  fact f = opt_in(day, scope, 0);
  f.opt_out = true;
  f.sequence += 1000;
  return f;
}

fact reply(int day, scope_id scope = mine) {
  fact f = opt_in(day, scope, 0);
  f.by_reply = true;
  f.sequence += 2000;
  return f;
}

fact reassigned(int day) {
  fact f = opt_in(day, scope_all, 0);
  f.reassigned = true;
  f.sequence += 3000;
  return f;
}

standing judged(const std::vector<fact>& known, int today = 100, const recalls& r = {},
                consent_rule rule = consent_rule::opt_in) {
  return judge(known, r, {mine, group, rule, at(today)}).result;
}

}  // namespace

TEST_CASE("rule 1: without a live opt-in there is no consent") {
  CHECK(judged({}) == standing::no_consent);
  CHECK(judged({opt_in(1)}) == standing::allowed);
  CHECK(judged({opt_in(1, group)}) == standing::allowed);
  CHECK(judged({opt_in(1, scope_all)}) == standing::allowed);
  CHECK(judged({opt_in(1, other)}) == standing::no_consent);
  CHECK(judged({}, 100, {}, consent_rule::opt_out) == standing::allowed);
  CHECK(judge(std::vector{opt_in(1), opt_in(5, group)}, {}, {mine, group, consent_rule::opt_in, at(9)}).sequence ==
        1005);
}

TEST_CASE("rule 2: events compare by when the person acted, and ties go to the opt-out") {
  CHECK(judged({opt_out(5), opt_in(4)}) == standing::opted_out);
  CHECK(judged({reply(5), opt_out(5)}) == standing::opted_out);
  CHECK(judged({reply(6), opt_out(5)}) == standing::allowed);
  CHECK(judged({opt_in(101)}) == standing::no_consent);
}

TEST_CASE("rule 3: nothing but the person's own later reply lifts an opt-out") {
  CHECK(judged({opt_out(5), opt_in(50)}) == standing::opted_out);
  CHECK(judged({opt_out(5), opt_in(50), reply(4)}) == standing::opted_out);
  CHECK(judged({opt_out(5), opt_in(4), reply(6)}) == standing::allowed);
  CHECK(judged({opt_out(5), reply(6), opt_out(7)}) == standing::opted_out);
  CHECK(judged({opt_out(5)}, 100, {}, consent_rule::opt_out) == standing::opted_out);
}

TEST_CASE("rule 4: an old opt-in that arrives late is ineffective, and rests on the opt-out that beats it") {
  std::vector<fact> known;
  merge(known, opt_out(5));
  merge(known, opt_in(3));
  const finding f = judge(known, {}, {mine, group, consent_rule::opt_in, at(9)});
  CHECK(f.result == standing::opted_out);
  CHECK(f.sequence == opt_out(5).sequence);
}

TEST_CASE("rule 5: an opt-out of the group or of all covers each sender") {
  CHECK(judged({opt_in(1), opt_out(5, group)}) == standing::opted_out);
  CHECK(judged({opt_in(1), opt_out(5, scope_all)}) == standing::opted_out);
  CHECK(judged({opt_in(1), opt_out(5, other)}) == standing::allowed);
}

TEST_CASE("rule 6: a lift for one sender is for that sender only") {
  const std::vector<fact> known{opt_in(1, mine), opt_in(1, other), opt_out(5, group), reply(6, mine)};
  CHECK(judged(known) == standing::allowed);
  CHECK(judge(known, {}, {other, group, consent_rule::opt_in, at(9)}).result == standing::opted_out);
}

TEST_CASE("rule 8: opt-ins expire at their instant, opt-outs do not, and what expired revives nothing") {
  CHECK(judged({opt_in(1, mine, form, 10)}, 9) == standing::allowed);
  CHECK(judged({opt_in(1, mine, form, 10)}, 10) == standing::consent_expired);
  CHECK(judged({opt_out(1)}, 100000) == standing::opted_out);
  fact lift = reply(6);
  lift.expires_at = at(10);
  CHECK(judged({opt_out(5), lift}, 9) == standing::allowed);
  CHECK(judged({opt_out(5), lift}, 11) == standing::consent_expired);
}

TEST_CASE("rule 8: a recall voids what its source brought up to it, but not what the person confirmed since") {
  recalls r;
  r.add(broker, at(20), 77);
  CHECK(judged({opt_in(19, mine, broker)}, 100, r) == standing::source_recalled);
  CHECK(judged({opt_in(20, mine, broker)}, 100, r) == standing::source_recalled);
  CHECK(judged({opt_in(21, mine, broker)}, 100, r) == standing::allowed);
  CHECK(judged({opt_in(19, mine, broker), opt_in(2, mine, form)}, 100, r) == standing::allowed);
  CHECK(judged({opt_in(19, mine, broker), reply(19)}, 100, r) == standing::allowed);
  CHECK(judged({opt_in(19, mine, broker), opt_in(2, mine, form, 3)}, 100, r) == standing::source_recalled);
}

TEST_CASE("rule 8: an opt-in without an expiry lives for so many months from the person's act") {
  using std::chrono::months;
  const auto on = [](const char* text) { return read_time(text)->earliest; };
  const auto judged_on = [&](const char* acted, const char* today, std::optional<instant> expires = {}, int life = 36) {
    fact f = opt_in(1);
    f.occurred_at = on(acted);
    f.expires_at = expires;
    return judge(std::vector{f}, {}, {mine, group, consent_rule::opt_in, on(today), months(life)}).result;
  };
  CHECK(judged_on("2023-05-10T12:00:00Z", "2026-05-10T11:59:59.999999Z") == standing::allowed);
  CHECK(judged_on("2023-05-10T12:00:00Z", "2026-05-10T12:00:00Z") == standing::consent_expired);
  CHECK(judged_on("2023-05-10", "2099-01-01", {}, 0) == standing::allowed);
  CHECK(judged_on("2023-05-10", "2027-01-01", on("2028-01-01")) == standing::allowed);
  CHECK(judged_on("2026-01-01", "2026-03-01", on("2026-02-01")) == standing::consent_expired);
  CHECK(end_of(on("2024-02-29T10:00:00Z"), {}, months(36)) == on("2027-02-28T10:00:00Z"));
  CHECK(end_of(on("2024-08-31"), {}, months(18)) == on("2026-02-28"));
  CHECK(end_of(on("2024-02-29"), {}, months(48)) == on("2028-02-29"));
  // What the person did for another sender extends nothing here; what it did for this one does.
  const question q{mine, group, consent_rule::opt_in, on("2029-01-15"), months(36)};
  CHECK(judge(std::vector{opt_in(1), opt_in(30, other)}, {}, q).result == standing::consent_expired);
  CHECK(judge(std::vector{opt_in(1), opt_in(30, mine, broker)}, {}, q).result == standing::allowed);
}

TEST_CASE("rule 9: a reassigned number loses its opt-ins and keeps its opt-outs") {
  CHECK(judged({opt_in(4), reassigned(5)}) == standing::no_consent);
  CHECK(judged({opt_in(5), reassigned(5)}) == standing::no_consent);
  CHECK(judged({opt_in(6), reassigned(5)}) == standing::allowed);
  CHECK(judged({reply(4), reassigned(5)}) == standing::no_consent);
  CHECK(judged({opt_out(3), reassigned(5)}) == standing::opted_out);
  CHECK(judged({opt_out(3), opt_in(6), reassigned(5)}) == standing::opted_out);
  CHECK(judged({opt_out(3), reply(6), reassigned(5)}) == standing::allowed);
  CHECK(judged({opt_out(3), reply(4), reassigned(5)}, 100, {}, consent_rule::opt_out) == standing::allowed);
  CHECK(judge(std::vector{opt_in(4), reassigned(5)}, {}, {mine, group, consent_rule::opt_in, at(9)}).sequence ==
        reassigned(5).sequence);
}

TEST_CASE("an opt-out of exactly one scope is in force until the person's reply to that scope") {
  const auto in = [](std::vector<fact> known) { return opted_out_in(known, mine); };
  CHECK_FALSE(in({}));
  CHECK(in({opt_out(1)}));
  CHECK_FALSE(in({opt_out(1, group), opt_out(1, scope_all), opt_out(1, other)}));
  CHECK(in({opt_out(1), opt_in(2)}));
  CHECK_FALSE(in({opt_out(1), reply(2)}));
  CHECK(in({opt_out(1), reply(2, group)}));
  CHECK(in({opt_out(2), reply(2)}));
  CHECK(in({opt_out(1), reply(2), opt_out(3)}));
  CHECK_FALSE(in({opt_out(1), opt_out(2), reply(3)}));
}

TEST_CASE("any order and any repetition of the same facts gives the same state") {
  std::mt19937 random(7);  // NOLINT: the same sequence in every run
  const auto pick = [&](unsigned n) { return static_cast<int>(random() % n); };
  for (int round = 0; round < 3000; ++round) {
    std::vector<fact> facts;
    for (int i = 0, n = 1 + pick(7); i < n; ++i) {
      const int day = pick(6);
      const auto scope = static_cast<scope_id>(pick(4));
      fact f = pick(3) == 0   ? opt_out(day, scope)
               : pick(6) == 0 ? reassigned(day)
               : pick(3) == 0 ? reply(day, scope)
                              : opt_in(day, scope, static_cast<source_id>(1 + pick(2)));
      if (!f.opt_out && !f.reassigned && pick(3) == 0) f.expires_at = at(day + pick(4));
      f.sequence = static_cast<std::uint64_t>(i + 1);
      facts.push_back(f);
    }
    std::vector<fact> once;
    for (const fact& f : facts)
      merge(once, f);
    std::vector<fact> again = facts;
    again.insert(again.end(), facts.begin(), facts.end());
    std::shuffle(again.begin(), again.end(), random);
    std::vector<fact> shuffled;
    for (const fact& f : again)
      merge(shuffled, f);
    REQUIRE(once == shuffled);

    recalls r;
    r.add(broker, at(pick(6)), 99);
    for (const scope_id sender : {mine, other}) {
      for (int day = 0; day < 8; ++day) {
        const question q{sender, group, consent_rule::opt_in, at(day)};
        REQUIRE(judge(once, r, q).result == judge(facts, r, q).result);
      }
    }
  }
}

// A number with one opt-in and nothing else is judged on a short way of its own.
TEST_CASE("what does not count beside it changes nothing about an only opt-in") {
  recalls recalled;
  recalled.add(form, at(20), 77);
  for (const scope_id scope : {scope_all, mine, group}) {
    for (const source_id source : {form, broker}) {
      for (const bool by_reply : {false, true}) {
        for (const std::optional<int> expires : {std::optional<int>(), std::optional(50), std::optional(200)}) {
          for (const int day : {10, 20, 21, 99, 100, 101}) {
            for (const int life : {0, 1, 2}) {
              fact only = opt_in(day, scope, source, expires);
              only.by_reply = by_reply;
              const question q{mine, group, consent_rule::opt_in, at(100), std::chrono::months(life)};
              const std::vector<fact> alone{only}, beside{only, opt_in(5, other, broker)};
              const finding a = judge(alone, recalled, q), b = judge(beside, recalled, q);
              CHECK(a.result == b.result);
              CHECK(a.sequence == b.sequence);
            }
          }
        }
      }
    }
  }
  CHECK(judge(std::vector{opt_in(1, other)}, {}, {mine, group, consent_rule::opt_in, at(100)}).sequence == 0);
}
