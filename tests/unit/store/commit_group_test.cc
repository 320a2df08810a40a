// The state of a number that is written beside its event: what is on disk and that event, and nothing that blocks in
// memory and is not on disk yet.
#include "store/commit_group.h"

#include <set>
#include <tuple>

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;
using namespace std::chrono_literals;

namespace {

const scope group{scope_kind::group, "retail"};
const scope other{scope_kind::group, "finance"};
const instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

number_keys new_keys(const std::filesystem::path& folder) {
  return std::get<number_keys>(number_keys::open(folder / "numbers.key", when_missing::create));
}

struct writing {
  temporary_folder folder;
  std::unique_ptr<ledger> on_disk = std::get<0>(ledger::open(folder.path() / "store"));
  store::index facts;
  names texts;
  subjects who{facts, new_keys(folder.path()), false};
  committed known{facts, texts, who, {}, {}};

  writing() {
    event consent = make(alice, event_kind::opt_in);
    consent.occurred_at = noon - 24h;
    commit({consent});
  }

  static event stop(const scope& s, instant at) {
    event e = make(alice, event_kind::opt_out, consent_method::mo_keyword, s);
    e.occurred_at = at;
    return e;
  }
  // As settle() does, before it is anybody's turn to be written.
  void block(const event& e) { facts.merge(e.who, *fact_of(e, texts)); }

  void commit(std::vector<event> events) {
    commit_group g(*on_disk, known, noon);
    REQUIRE(std::holds_alternative<std::vector<recorded>>(g.add(std::move(events))));
    REQUIRE_FALSE(on_disk->write(g.finish()));
    g.apply();
  }

  // Scope, when and sequence of each fact that is on disk.
  using short_fact = std::tuple<scope_id, instant, std::uint64_t>;
  std::set<short_fact> state() const {
    std::set<short_fact> all;
    const std::vector<fact> written = std::get<0>(on_disk->state({alice}));
    for (const fact& f : written)
      all.emplace(f.scope, f.occurred_at, f.sequence);
    return all;
  }
  short_fact expected(const scope& s, instant at, std::uint64_t sequence) { return {texts.intern(s), at, sequence}; }
  short_fact consent() { return expected({scope_kind::sender, "shop"}, noon - 24h, 1); }
};

}  // namespace

TEST_CASE("a STOP that blocks already is written with what was known before") {
  writing w;
  const event stop = writing::stop(group, noon);
  w.block(stop);
  w.commit({stop});
  CHECK(w.state() == std::set{w.consent(), w.expected(group, noon, 2)});
}

TEST_CASE("the first event of a number") {
  writing w;
  event e = writing::stop(group, noon);
  e.who = {alice + 1};
  w.block(e);
  w.commit({e});
  const auto state = std::get<0>(w.on_disk->state({alice + 1}));
  REQUIRE(state.size() == 1);
  CHECK(state.front().sequence == 2);
}

TEST_CASE("another STOP of the number that waits is not written with this one") {
  writing w;
  const event first = writing::stop(group, noon), second = writing::stop(other, noon + 1s);
  w.block(first);
  w.block(second);
  w.commit({first});
  CHECK(w.state() == std::set{w.consent(), w.expected(group, noon, 2)});
  w.commit({second});
  CHECK(w.state() == std::set{w.consent(), w.expected(group, noon, 2), w.expected(other, noon + 1s, 3)});
}

TEST_CASE("a later STOP that waits, or failed, does not hide the one that is on disk") {
  writing w;
  const event first = writing::stop(group, noon), between = writing::stop(other, noon),
              last = writing::stop(group, noon + 1h);
  w.block(first);
  w.commit({first});
  w.block(last);
  w.block(between);
  w.commit({between});
  CHECK(w.state() == std::set{w.consent(), w.expected(group, noon, 2), w.expected(other, noon, 3)});
}

TEST_CASE("an earlier STOP that failed leaves nothing beside a later one") {
  writing w;
  w.block(writing::stop(group, noon));
  const event again = writing::stop(group, noon + 1h);
  w.block(again);
  w.commit({again});
  CHECK(w.state() == std::set{w.consent(), w.expected(group, noon + 1h, 2)});
}

TEST_CASE("a STOP that came late changes nothing of what is on disk") {
  writing w;
  const event first = writing::stop(group, noon), late = writing::stop(group, noon - 1h);
  w.block(first);
  w.commit({first});
  w.block(late);
  w.commit({late});
  CHECK(w.state() == std::set{w.consent(), w.expected(group, noon, 2)});
}

TEST_CASE("several scopes of one STOP in one group") {
  writing w;
  const event first = writing::stop(group, noon), second = writing::stop(other, noon);
  w.block(first);
  w.block(second);
  w.commit({first, second});
  CHECK(w.state() == std::set{w.consent(), w.expected(group, noon, 2), w.expected(other, noon, 3)});
}
