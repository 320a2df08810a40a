#include "store/knowledge.h"

#include <algorithm>
#include <random>

#include "store/commit_group.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"

using namespace store;
using std::chrono::hours;

namespace {

instant day(int n) {
  return instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + hours(24 * n)};
}

// Happened on one day, recorded on another.
event happened(event_kind kind, int occurred, int recorded, std::uint64_t sequence,
               consent_method m = consent_method::web_form) {
  event e = testing::make(testing::alice, kind, m);
  e.occurred_at = day(occurred);
  e.recorded_at = day(recorded);
  e.sequence = sequence;
  e.id[8] = static_cast<std::uint8_t>(sequence);
  return e;
}

event recall_of(const std::string& source, int occurred, std::uint64_t sequence) {
  event e = happened(event_kind::recall, occurred, occurred, sequence);
  e.who = {};
  e.source = source;
  return e;
}

event correction_of(const event& target, int recorded, std::uint64_t sequence) {
  event e = happened(event_kind::correction, recorded, recorded, sequence);
  e.corrects = target.id;
  return e;
}

question_then asked(int at) {
  return {"shop", "retail", consent_rule::opt_in, std::chrono::months(0), day(at)};
}

}  // namespace

TEST_CASE("the verdict of a day is what was known then, and what was learnt later is told apart") {
  const event opt_in = happened(event_kind::opt_in, 1, 2, 1);
  const event letter = happened(event_kind::opt_out, 5, 9, 2);  // four days in the post
  const std::vector<event> history{opt_in, letter};
  CHECK(judge_as_known_then(history, {}, asked(1)).result == standing::no_consent);
  CHECK(judge_as_known_now(history, {}, asked(1)).result == standing::allowed);
  CHECK(judge_as_known_then(history, {}, asked(7)).result == standing::allowed);
  CHECK(judge_as_known_then(history, {}, asked(7)).sequence == 1);
  CHECK(judge_as_known_now(history, {}, asked(7)).result == standing::opted_out);
  REQUIRE(learnt_since(history, {}, day(7)).size() == 1);
  CHECK(learnt_since(history, {}, day(7)).front().sequence == 2);
  CHECK(judge_as_known_then(history, {}, asked(9)).result == standing::opted_out);
  CHECK(learnt_since(history, {}, day(9)).empty());
  CHECK(learnt_since(history, {}, day(4)).empty());
}

TEST_CASE("recalls, corrections and a life of months hold at the time they were known") {
  const event opt_in = happened(event_kind::opt_in, 1, 1, 1);
  const event mistake = happened(event_kind::opt_out, 2, 2, 2);
  const std::vector<event> history{opt_in, mistake, correction_of(mistake, 6, 4)};
  const std::vector<event> recalled{recall_of("form", 10, 5)};
  CHECK(judge_as_known_then(history, recalled, asked(5)).result == standing::opted_out);
  CHECK(judge_as_known_now(history, recalled, asked(5)).result == standing::allowed);
  CHECK(judge_as_known_then(history, recalled, asked(7)).result == standing::allowed);
  CHECK(judge_as_known_then(history, recalled, asked(11)).result == standing::source_recalled);
  CHECK(judge_as_known_then(history, recalled, asked(11)).sequence == 5);
  auto q = asked(40);
  q.life = std::chrono::months(1);
  CHECK(judge_as_known_then({opt_in}, {}, q).result == standing::consent_expired);
  const event undone = correction_of(recalled.front(), 12, 6);
  CHECK(judge_as_known_then(history, {recalled.front(), undone}, asked(13)).result == standing::allowed);
}

TEST_CASE("for any events, what is known today is what the index would say") {
  std::mt19937 random(11);  // NOLINT: the same sequence in every run
  const auto pick = [&](unsigned n) { return static_cast<int>(random() % n); };
  for (int round = 0; round < 500; ++round) {
    std::vector<event> history;
    names dictionary;
    std::vector<fact> known;
    for (std::uint64_t sequence = 1; sequence <= 6; ++sequence) {
      const event_kind kind = pick(5) == 0   ? event_kind::reassigned
                              : pick(2) == 0 ? event_kind::opt_in
                                             : event_kind::opt_out;
      const bool reply = kind == event_kind::opt_in && pick(3) == 0;
      event e = happened(kind, pick(8), 8, sequence, reply ? consent_method::mo_keyword : consent_method::web_form);
      if (pick(2) == 0) e.scope = {scope_kind::group, "retail"};
      history.push_back(e);
      merge(known, *fact_of(e, dictionary));
    }
    const question q{dictionary.intern({scope_kind::sender, "shop"}), dictionary.intern({scope_kind::group, "retail"}),
                     consent_rule::opt_in, day(9)};
    const finding expected = judge(known, {}, q);
    REQUIRE(judge_as_known_then(history, {}, asked(9)).result == expected.result);
    REQUIRE(judge_as_known_now(history, {}, asked(9)).result == expected.result);
  }
}
