// Whatever is recorded, recalled, reassigned, corrected and erased, in whatever order and with restarts in between: the
// index says what a plain reading of all events says.
#include <map>
#include <random>

#include "store/knowledge.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

constexpr std::uint64_t numbers = 6;
const std::vector<std::string> sources{"form", "list", "fair"};

struct model {
  std::map<std::uint64_t, std::vector<event>> events;
  std::vector<event> recalled;

  standing expected(std::uint64_t digits) {
    const question_then q{"shop", "retail", consent_rule::opt_in, std::chrono::months(0), now()};
    return judge_as_known_now(events[digits], recalled, q).result;
  }
};

std::vector<fact> facts(const consent_store& s, std::uint64_t digits) {
  std::vector<fact> all;
  for (const auto& k : s.known({digits}))
    all.push_back(k.what);
  return all;
}

void keep(std::vector<event>& in, event e, const recorded& place) {
  e.id = place.id;
  e.sequence = place.sequence;
  e.occurred_at = place.occurred_at;
  e.recorded_at = place.recorded_at;
  in.push_back(std::move(e));
}

}  // namespace

TEST_CASE("random events, recalls, reassignments, corrections and erasures, against a model") {
  std::mt19937 random(20112384);  // NOLINT: the same sequence in every run
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const instant begin = instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  temporary_folder folder;
  auto s = opened(folder.path());
  model m;
  std::uint64_t erasures = 0;
  for (int step = 0; step < 400; ++step) {
    const std::uint64_t digits = alice + pick(numbers);
    std::vector<event>& own = m.events[digits];
    event e = make(digits, event_kind::opt_in);
    e.occurred_at = begin + std::chrono::hours(24 * pick(200));
    e.source = sources[pick(sources.size())];
    if (pick(2) == 0) e.scope = {scope_kind::group, "retail"};
    const std::size_t what = pick(20);
    if (what < 8) {
      keep(own, e, record_one(*s, e));
    } else if (what < 11) {
      e.kind = event_kind::opt_out;
      keep(own, e, record_one(*s, e));
    } else if (what < 13) {
      e.method = consent_method::mo_keyword;
      keep(own, e, record_one(*s, e));
    } else if (what == 13) {
      e.kind = event_kind::reassigned;
      e.scope = {};
      keep(own, e, record_one(*s, e));
    } else if (what == 14) {
      e.kind = event_kind::recall;
      e.who = {};
      keep(m.recalled, e, record_one(*s, e));
    } else if (what < 18) {
      std::vector<event>& among = what == 17 ? m.recalled : own;
      if (among.empty()) continue;
      const event& target = among[pick(among.size())];
      if (target.kind == event_kind::correction) continue;
      event c;
      c.kind = event_kind::correction;
      c.who = target.who;
      c.corrects = target.id;
      const recorded place = record_one(*s, c);
      if (!place.already_known) keep(among, c, place);
    } else if (what == 18) {
      // Nothing from before an erasure allows anything any more: most of the test goes without.
      if (step < 200) continue;
      const erased done = erase(*s, digits);
      erasures += !done.already;
      e.kind = event_kind::erasure;
      e.scope = {};
      if (!done.already) keep(own, e, done.by);
    } else {
      // What was known is what is on disk.
      std::vector<std::vector<fact>> before;
      for (std::uint64_t n = 0; n < numbers; ++n)
        before.push_back(facts(*s, alice + n));
      s.reset();
      s = opened(folder.path());
      for (std::uint64_t n = 0; n < numbers; ++n)
        REQUIRE(facts(*s, alice + n) == before[n]);
    }
    for (std::uint64_t n = 0; n < numbers; ++n) {
      CAPTURE(step, what, n);
      REQUIRE(judged(*s, alice + n) == m.expected(alice + n));
    }
  }
  CHECK(erasures > 3);
  CHECK(verified(*s).first_misfit == 0);
}
