#include "store/consent_store.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "tests/unit/catch.h"
#include "tests/unit/forking.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

TEST_CASE("what is recorded is known at once and after opening again") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    CHECK(judged(*s, alice) == standing::no_consent);
    const auto r = done(s->record_and_wait({make(alice, event_kind::opt_in), make(alice + 1, event_kind::opt_out)}));
    REQUIRE(r.size() == 2);
    CHECK(r[0].sequence == 1);
    CHECK(r[1].sequence == 2);
    CHECK(r[0].id < r[1].id);
    CHECK(judged(*s, alice) == standing::allowed);
  }
  const auto s = opened(folder.path());
  CHECK(judged(*s, alice) == standing::allowed);
  CHECK(judged(*s, alice + 1) == standing::opted_out);
  CHECK(s->stats().numbers == 2);
  CHECK(s->stats().ledger_events == 2);
  const auto history = std::get<0>(s->history({alice}));
  REQUIRE(history.size() == 1);
  CHECK(history[0].evidence == "file:1");
  CHECK(to_string(history[0].scope) == "sender:shop");
  CHECK(s->known({alice}).at(0).source == "form");
}

TEST_CASE("an opt-out blocks before the disk has answered") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  done(s->record_and_wait({make(alice, event_kind::opt_in)}));
  s->record({make(alice, event_kind::opt_out, consent_method::mo_keyword, {scope_kind::group, "retail"})},
            [](const outcome&) {});
  CHECK(judged(*s, alice) == standing::opted_out);
}

TEST_CASE("what the gate makes has strictly increasing times per number, also after opening again") {
  temporary_folder folder;
  instant last{};
  for (int round = 0; round < 2; ++round) {
    const auto s = opened(folder.path());
    for (int i = 0; i < 20; ++i) {
      const auto kind = i % 2 == 0 ? event_kind::opt_out : event_kind::opt_in;
      const instant at = done(s->record_and_wait({make(alice, kind, consent_method::mo_keyword)}))[0].occurred_at;
      CHECK(at > last);
      last = at;
    }
    CHECK(judged(*s, alice) == standing::allowed);
  }
}

TEST_CASE("the same row again changes nothing") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  event e = make(alice, event_kind::opt_out);
  e.identity[0] = 9;
  const auto first = record_rows(*s, {e});
  CHECK_FALSE(first[0].already_known);
  CHECK(judged(*s, alice) == standing::opted_out);
  done(s->record_and_wait({make(alice, event_kind::opt_in, consent_method::mo_keyword)}));
  CHECK(judged(*s, alice) == standing::allowed);
  e.occurred_at = now() + std::chrono::hours(1);  // as an opt-out without a time would have
  const auto again = record_rows(*s, {e, e});
  CHECK(again[0].already_known);
  CHECK(again[1].already_known);
  CHECK(again[0].what.sequence == first[0].what.sequence);
  CHECK(again[1].what.sequence == first[0].what.sequence);
  CHECK(s->stats().ledger_events == 2);
  CHECK(judged(*s, alice) == standing::allowed);
}

TEST_CASE("a row is recognised when nothing is known of its number any more, or its number was read in another way") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  event e = make(alice, event_kind::opt_in);
  e.identity[0] = 9;
  e.number_as_received = "0612345678";
  record_rows(*s, {e});
  event as_another = e;
  as_another.who = {alice + 1};
  CHECK(record_rows(*s, {as_another})[0].already_known);
  e.number_as_received = "+" + std::to_string(alice + 2);
  e.who = {alice + 2};
  e.identity[0] = 10;
  record_rows(*s, {e});
  event correction;
  correction.kind = event_kind::correction;
  correction.who = e.who;
  correction.corrects = std::get<0>(s->history(e.who)).at(0).id;
  record_one(*s, correction);
  CHECK(s->known(e.who).empty());
  CHECK(record_rows(*s, {e})[0].already_known);
  CHECK(s->stats().ledger_events == 3);
}

TEST_CASE("a recall voids a source in memory at once, and after opening again") {
  temporary_folder folder;
  event recall = make(0, event_kind::recall);
  recall.occurred_at = now();
  {
    const auto s = opened(folder.path());
    done(s->record_and_wait({make(alice, event_kind::opt_in)}));
    s->record({recall}, [](const outcome&) {});
    CHECK(judged(*s, alice) == standing::source_recalled);
  }
  CHECK(judged(*opened(folder.path()), alice) == standing::source_recalled);
}

TEST_CASE("many threads record together, and nothing is lost") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint64_t i = 0; i < 50; ++i)
          done(s->record_and_wait({make(alice + t * 1000 + i, event_kind::opt_out)}));
      });
    }
    for (std::thread& t : threads)
      t.join();
    CHECK(s->stats().ledger_events == 200);
  }
  const auto s = opened(folder.path());
  std::uint64_t expected = 0;
  CHECK_FALSE(s->scan(0, [&](const event& e) { return e.sequence == ++expected; }));
  CHECK(expected == 200);
}

TEST_CASE("an opt-in by reply counts at once although the clock has stepped back") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  event stop = make(alice, event_kind::opt_out);
  stop.occurred_at = now() + std::chrono::minutes(30);  // the clock of that moment was ahead
  record_one(*s, stop);
  CHECK(judged(*s, alice) == standing::opted_out);
  record_one(*s, make(alice, event_kind::opt_in, consent_method::mo_keyword));
  CHECK(judged(*s, alice) == standing::allowed);
  record_one(*s, make(alice + 1, event_kind::opt_in, consent_method::mo_keyword));
  CHECK(std::get<0>(s->history({alice + 1})).front().occurred_at <= now());
}

TEST_CASE("one store, one gate") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const auto second = consent_store::open({folder.path(), nullptr});
  REQUIRE(std::holds_alternative<failure>(second));
  CHECK(std::get<failure>(second).message.find("in use") != std::string::npos);
}

TEST_CASE("a clock far behind the newest event is not believed") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  CHECK(s->available(now()));
  done(s->record_and_wait({make(alice, event_kind::opt_in)}));
  CHECK(s->available(now()));
  CHECK_FALSE(s->available(now() - std::chrono::hours(2)));
  CHECK_FALSE(s->available(instant{std::chrono::sys_days{std::chrono::year{2025} / 12 / 31}}));
}

TEST_CASE("kill -9 in a stream of opt-outs loses nothing that was acknowledged") {
  if (forks_cannot_be_tested()) return;
  for (int round = 0; round < 5; ++round) {
    temporary_folder folder;
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto s = opened(folder.path());
      for (std::uint64_t i = 0;; ++i) {
        s->record({make(alice + i, event_kind::opt_out)}, [&, i](const outcome& o) {
          if (o.index() == 0 && write(pipe_ends[1], &i, sizeof i) < 0) _exit(1);
        });
        if (i % 50 == 49) usleep(200);
      }
    }
    close(pipe_ends[1]);
    std::vector<std::uint64_t> acknowledged;
    std::uint64_t i = 0;
    while (acknowledged.size() < 500U + static_cast<unsigned>(round) * 300U &&
           read(pipe_ends[0], &i, sizeof i) == sizeof i)
      acknowledged.push_back(i);
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &i, sizeof i) == sizeof i)
      acknowledged.push_back(i);
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);
    const auto s = opened(folder.path());
    REQUIRE(acknowledged.size() >= 500);
    std::size_t lost = 0;
    for (const std::uint64_t n : acknowledged)
      lost += judged(*s, alice + n) != standing::opted_out;
    CHECK(lost == 0);
  }
}

TEST_CASE("a store that cannot be written says so, fails promptly, and recovers by itself") {
  if (forks_cannot_be_tested()) return;
  temporary_folder folder;
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const auto s = opened(folder.path());
    const rlimit none{1, RLIM_INFINITY}, all{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &none);
    const bool refused = std::holds_alternative<failure>(s->record_and_wait({make(alice, event_kind::opt_out)}));
    const bool blocked = judged(*s, alice) == standing::opted_out;
    const bool unavailable = !s->available(now()) && !s->condition().empty();
    const bool refused_again = std::holds_alternative<failure>(s->record_and_wait({make(alice, event_kind::opt_out)}));
    setrlimit(RLIMIT_FSIZE, &all);
    bool recovered = false;
    for (int i = 0; i < 1000 && !recovered; ++i) {
      usleep(10000);
      recovered = s->available(now());
    }
    const bool taken = recovered && std::holds_alternative<std::vector<recorded>>(
                                        s->record_and_wait({make(alice, event_kind::opt_out)}));
    _exit(!refused ? 1 : !blocked ? 2 : !unavailable ? 3 : !refused_again ? 4 : !recovered ? 5 : !taken ? 6 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(judged(*opened(folder.path()), alice) == standing::opted_out);
}
