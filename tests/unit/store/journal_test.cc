// The journal through the store, on a real disk.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <thread>
#include <utility>

#include "store/consent_store.h"
#include "store/journal_columns.h"
#include "store/journal_keeper.h"
#include "tests/unit/catch.h"
#include "tests/unit/forking.h"
#include "tests/unit/store/journal_lines.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using testing::decided;

namespace {

std::unique_ptr<consent_store> opened(const std::filesystem::path& path) {
  auto result = consent_store::open({path, nullptr});
  if (const auto* why = std::get_if<failure>(&result)) throw std::runtime_error(why->message);
  return std::move(std::get<0>(result));
}

void hand_over(consent_store& s, const std::vector<decided>& all) {
  journal_batch lines;
  for (const decided& d : all) {
    journal_line l;
    l.at = instant{std::chrono::microseconds{d.at}};
    l.who = {d.number};
    l.destination = d.destination;
    l.event = d.event;
    l.answered = d.answered;
    l.command_status = d.command_status;
    l.message_id = d.message_id;
    l.sender = s.journal_text(d.sender);
    l.system_id = s.journal_text(d.system_id);
    l.verdict = s.journal_text(d.verdict);
    l.reason = s.journal_text(d.reason);
    lines.add(l);
    if (lines.size() == 1000) s.journal(std::exchange(lines, {}));
  }
  s.journal(std::move(lines));
}

void flush(consent_store& s) {
  std::promise<void> done;
  s.flush_journal([&] { done.set_value(); });
  done.get_future().get();
}

std::vector<decided> found(consent_store& s, const journal_query& q) {
  std::vector<decided> all;
  const auto why = s.scan_journal(q, [&](const journal_entry& e) {
    all.push_back(testing::copy_of(e));
    return true;
  });
  if (why) throw std::runtime_error(why->message);
  return all;
}

std::vector<decided> only(const std::vector<decided>& all, const std::function<bool(const decided&)>& wanted) {
  std::vector<decided> some;
  std::ranges::copy_if(all, std::back_inserter(some), wanted);
  return some;
}

// Decisions of just now, so that none is decided after its block was written.
std::vector<decided> recent(std::size_t count, std::uint32_t seed = 1) {
  auto all = testing::decisions(seed).many(count);
  for (std::size_t i = 0; i < count; ++i)
    all[i].at = now().time_since_epoch().count() - static_cast<std::int64_t>(all[i].at % 60'000'000);
  return all;
}

instant at(std::int64_t microseconds) {
  return instant{std::chrono::microseconds{microseconds}};
}

}  // namespace

TEST_CASE("each decision is found by what is known of it, before and after opening again") {
  testing::temporary_folder folder;
  const auto all = recent(20'000);
  auto s = opened(folder.path());
  hand_over(*s, all);
  flush(*s);
  for (int opening = 0; opening < 2; ++opening) {
    CHECK(found(*s, {}) == all);
    for (std::size_t i = 0; i < all.size(); i += 997) {
      const decided& d = all[i];
      if (d.number != 0) {
        journal_query q;
        q.who = number{d.number};
        CHECK(found(*s, q) == only(all, [&](const decided& o) { return o.number == d.number; }));
        q.sender = d.sender;
        CHECK(found(*s, q) ==
              only(all, [&](const decided& o) { return o.number == d.number && o.sender == d.sender; }));
      }
      if (!d.message_id.empty()) {
        journal_query q;
        q.message_id = d.message_id;
        CHECK(found(*s, q) == only(all, [&](const decided& o) { return o.message_id == d.message_id; }));
      }
      journal_query q;
      q.from = at(d.at);
      q.to = at(d.at + 1'000'000);
      CHECK(found(*s, q) == only(all, [&](const decided& o) { return o.at >= d.at && o.at <= d.at + 1'000'000; }));
    }
    journal_query absent;
    absent.who = number{44'700'000'001};
    CHECK(found(*s, absent).empty());
    absent = {};
    absent.from = now() + std::chrono::hours(1);
    CHECK(found(*s, absent).empty());
    s.reset();
    s = opened(folder.path());
  }
}

TEST_CASE("a search by sender finds the few among many, in steps, too") {
  testing::temporary_folder folder;
  auto all = recent(60'000);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].sender = i % 20'000 == 7 ? "rare" : "frequent";
  const auto s = opened(folder.path());
  hand_over(*s, all);
  flush(*s);
  journal_query q;
  q.sender = "rare";
  const auto wanted = only(all, [](const decided& d) { return d.sender == "rare"; });
  REQUIRE(wanted.size() == 3);
  CHECK(found(*s, q) == wanted);
  std::vector<decided> seen;
  for (journal_place place; !place.end;) {
    place = std::get<journal_place>(s->scan_journal(q, place, 1, [&](const journal_entry& e) {
      seen.push_back(testing::copy_of(e));
      return true;
    }));
  }
  CHECK(seen == wanted);
}

TEST_CASE("what was handed over is written before the store closes") {
  testing::temporary_folder folder;
  const auto all = recent(10);
  {
    const auto s = opened(folder.path());
    hand_over(*s, all);
  }
  CHECK(found(*opened(folder.path()), {}) == all);
}

TEST_CASE("a search in steps passes over nothing and repeats nothing, though blocks are put together meanwhile") {
  testing::temporary_folder folder;
  const auto s = opened(folder.path());
  std::vector<decided> handed, seen;
  journal_place place;
  for (std::uint32_t round = 0; round < 40; ++round) {
    const auto more = recent(round % 7 == 6 ? 5000 : 30 + round, round + 1);
    hand_over(*s, more);
    flush(*s);
    handed.insert(handed.end(), more.begin(), more.end());
    for (int step = 0; step < 3; ++step) {
      std::size_t visits = 0;
      const auto next = s->scan_journal({}, place, 2, [&](const journal_entry& e) {
        seen.push_back(testing::copy_of(e));
        return ++visits % 100 != 0;  // stops within blocks as well
      });
      REQUIRE(std::holds_alternative<journal_place>(next));
      place = std::get<journal_place>(next);
    }
    CHECK(seen == std::vector(handed.begin(), handed.begin() + static_cast<std::ptrdiff_t>(seen.size())));
  }
  while (!place.end) {
    place = std::get<journal_place>(s->scan_journal({}, place, 2, [&](const journal_entry& e) {
      seen.push_back(testing::copy_of(e));
      return true;
    }));
  }
  CHECK(seen == handed);
}

TEST_CASE("what is older than its time is removed") {
  testing::temporary_folder folder;
  const auto s = opened(folder.path());
  const auto all = recent(6000);
  hand_over(*s, all);
  flush(*s);
  s->keep_journal_for(std::chrono::hours(1));
  flush(*s);
  CHECK(found(*s, {}) == all);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // the time itself is what is waited for
  s->keep_journal_for(std::chrono::seconds(1));
  flush(*s);
  CHECK(found(*s, {}).empty());
  const auto later = recent(5, 2);
  hand_over(*s, later);
  flush(*s);
  CHECK(found(*s, {}) == later);
}

TEST_CASE("a person's number is replaced wherever it stands") {
  testing::temporary_folder folder;
  auto opened_ledger = ledger::open(folder.path());
  const auto l = std::move(std::get<std::unique_ptr<ledger>>(opened_ledger));
  constexpr std::uint64_t alice = 33'612'345'678, pseudonym = 1ULL << 63U | 77;
  auto all = recent(30'000);
  for (const std::size_t i : {5U, 6U, 9000U, 29'999U})
    all[i].number = alice, all[i].destination = "";
  for (const char* const unreadable : {"+33 (0)612.34-56.78 x", "3631323334353637382d"})
    all.push_back(all[0]), all.back().number = 0, all.back().destination = unreadable;
  all.push_back(all.back()), all.back().destination = "+33 612345 679 x";
  journal_keeper keeper(ledger::journal_end{});
  for (std::size_t i = 0; i < all.size(); i += 1000) {
    journal_batch lines;
    for (std::size_t j = i; j < std::min(i + 1000, all.size()); ++j)
      testing::add(lines, keeper.texts, all[j]);
    bool wake = false;
    keeper.add(std::move(lines), wake);
  }
  REQUIRE_FALSE(keeper.write(*l, now(), true));

  rewritten_part part;
  std::size_t rewritten = 0;
  while (!part.end) {
    part = std::get<rewritten_part>(rewrite_journal(*l, {{alice}, {pseudonym}}, part.next));
    rewritten += part.records.size();
    REQUIRE_FALSE(l->rewrite(part.records));
  }
  CHECK(rewritten == 3);
  const auto search = [&](const journal_query& q) {
    std::vector<decided> list;
    const auto place = search_journal(*l, q, {}, SIZE_MAX, [&](const journal_entry& e) {
      list.push_back(testing::copy_of(e));
      return true;
    });
    REQUIRE(std::holds_alternative<journal_place>(place));
    return list;
  };
  journal_query q;
  q.who = number{alice};
  CHECK(search(q).empty());
  q.who = number{pseudonym};
  CHECK(search(q).size() == 4);
  for (decided& d : all)
    d.number = d.number == alice ? pseudonym : d.number;
  all[all.size() - 3].destination = all[all.size() - 2].destination = "erased";
  CHECK(search({}) == all);
}

// In a process of its own: a limit on the size of files stands for a full disk.
TEST_CASE("while the disk is full decisions wait, the oldest are dropped and counted, and then it goes on") {
  if (testing::forks_cannot_be_tested()) return;
  testing::temporary_folder folder;
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const auto s = opened(folder.path());
    const rlimit full{0, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &full);
    hand_over(*s, recent(1));
    while (s->available(now())) {
    }
    constexpr std::size_t most = journal_keeper::most_waiting;
    const auto all = recent(most + 50'000);
    hand_over(*s, all);
    const std::uint64_t dropped = s->stats().journal_dropped;
    const bool bounded = dropped >= 50'000 && dropped <= 50'000 + 2 * most_in_block;
    flush(*s);  // returns although nothing can be written
    const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &room);
    while (!s->available(now())) {
    }
    flush(*s);
    const auto back = found(*s, {});
    const bool complete = back.size() == 1 + all.size() - dropped &&
                          std::equal(back.begin() + 1, back.end(), all.begin() + static_cast<std::ptrdiff_t>(dropped));
    _exit(bounded && complete && s->stats().journal_dropped == dropped ? 0 : bounded ? 2 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a block that was begun before a person was erased does not bring the number back") {
  testing::temporary_folder folder;
  const auto s = opened(folder.path());
  const number alice{33'612'345'678};
  const auto all = recent(most_in_block + 10);
  journal_columns lines;
  const auto hand_in = [&](std::size_t i) {
    journal_line l;
    l.at = instant{std::chrono::microseconds{all[i].at}};
    l.who = i == 5 ? alice : number{33'700'000'000 + i};
    l.sender = l.system_id = l.verdict = l.reason = s->journal_text("x");
    lines.add(l);
    if (lines.full()) s->journal(lines);
  };
  for (std::size_t i = 0; i < 10; ++i)
    hand_in(i);
  std::promise<erased> done;
  event by;
  by.actor = "test";
  by.reason = "asked";
  s->erase(alice, by, [&](const auto& result) { done.set_value(std::get<erased>(result)); });
  const number hash = done.get_future().get().hash;
  for (std::size_t i = 10; i < all.size(); ++i)
    hand_in(i);
  s->journal(lines);
  flush(*s);
  std::size_t under_number = 0, under_hash = 0, in_all = 0;
  REQUIRE_FALSE(s->scan_journal({}, [&](const journal_entry& e) {
    under_number += e.who == alice;
    under_hash += e.who == hash;
    return ++in_all > 0;
  }));
  CHECK(in_all == all.size());
  CHECK(under_number == 0);
  CHECK(under_hash == 1);
}
