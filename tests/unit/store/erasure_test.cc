#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>

#include "store/bytes.h"
#include "store/journal_columns.h"
#include "tests/unit/catch.h"
#include "tests/unit/forking.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

// Every file of the store holds neither the digits nor the key that stands for them.
std::string where_found(const std::filesystem::path& folder, std::uint64_t digits) {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(digits >> shift));
  byte_writer varint;
  varint.varint(digits);
  const std::vector<std::string> forms{std::to_string(digits).substr(2), key, varint.take()};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    for (const std::string& form : forms)
      if (content.find(form) != std::string::npos) return entry.path().filename().string();
  }
  return "";
}

void flush(consent_store& s) {
  std::promise<void> done;
  s.flush_journal([&] { done.set_value(); });
  done.get_future().wait();
}

event stop_of(std::uint64_t digits) {
  event e = make(digits, event_kind::opt_out, consent_method::mo_keyword, {scope_kind::group, "retail"});
  e.number_as_received = std::to_string(digits);
  e.evidence = R"({"pdu":"00","text":"STOP","source_addr":")" + std::to_string(digits) + "\"}";
  return e;
}

// A journal of so many full blocks, each with one message to alice, and one that could not be read but tells her
// number.
void fill_journal(consent_store& s, std::size_t blocks) {
  journal_columns lines;
  journal_line l;
  l.sender = l.system_id = s.journal_text("shop");
  l.verdict = l.reason = s.journal_text("none");
  for (std::size_t i = 0; i < blocks * most_in_block; ++i) {
    l.at = now();
    l.who = {i % most_in_block == 1000 ? alice : 33'700'000'000 + i};
    const bool unreadable = i % most_in_block == 2000;
    l.destination = unreadable ? "+33612345678x" : "";
    if (unreadable) l.who = {};
    lines.add(l);
    if (lines.full()) s.journal(lines);
    if (i % (16 * most_in_block) == 0) flush(s);
  }
  s.journal(lines);
  flush(s);
}

std::size_t journalled(consent_store& s) {
  std::size_t count = 0;
  REQUIRE_FALSE(s.scan_journal({}, [&](const journal_entry& e) {
    CHECK_FALSE(e.who.digits == alice);
    CHECK_FALSE(e.destination == "+33612345678x");
    ++count;
    return true;
  }));
  return count;
}

}  // namespace

TEST_CASE("events are recorded while an erasure works its way through the journal") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  constexpr std::size_t blocks = 120;
  fill_journal(*s, blocks);
  std::atomic<bool> over{false};
  std::promise<void> done;
  s->erase({alice}, {}, [&](const auto& result) {
    CHECK(std::holds_alternative<erased>(result));
    over = true;
    done.set_value();
  });
  std::size_t meanwhile = 0;
  for (; !over; ++meanwhile)
    record_one(*s, stop_of(33'700'000'000 + meanwhile));
  done.get_future().wait();
  // The first may have waited for the erasure's event, the last may have come after the end.
  CHECK(meanwhile > 3);
  CHECK(journalled(*s) == blocks * most_in_block);
  journal_query q;
  q.who = number{alice};
  std::size_t found = 0;
  REQUIRE_FALSE(s->scan_journal(q, [&](const journal_entry&) { return ++found, true; }));
  CHECK(found == blocks);
  REQUIRE_FALSE(s->purge());
  CHECK(where_found(folder.path(), alice) == "");
}

TEST_CASE("an erasure that a kill -9 interrupts in the journal goes on at the next start") {
  if (forks_cannot_be_tested()) return;
  temporary_folder folder;
  constexpr std::size_t blocks = 60;
  fill_journal(*opened(folder.path()), blocks);
  const pid_t child = fork();
  if (child == 0) {
    const auto s = opened(folder.path());
    s->erase({alice}, {}, [](const auto&) { _exit(1); });  // too early to tell
    record_one(*s, make(alice + 1, event_kind::opt_in));
    raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(!where_found(folder.path(), alice).empty());
  const auto s = opened(folder.path());
  erase(*s, alice + 1);  // one after the other
  CHECK(journalled(*s) == blocks * most_in_block);
  REQUIRE_FALSE(s->purge());
  CHECK(where_found(folder.path(), alice) == "");
}

TEST_CASE("an erased person is nowhere in the files, and the suppression still refuses") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    for (std::uint64_t i = 0; i < 500; ++i)
      record_one(*s, make(33700000000 + i, event_kind::opt_in));
    event opt_in = make(alice, event_kind::opt_in);
    opt_in.number_as_received = "0612345678";
    opt_in.wording = "I, 0612345678, agree";
    record_one(*s, opt_in);
    record_one(*s, stop_of(alice));
    REQUIRE(!where_found(folder.path(), alice).empty());
    const erased e = erase(*s, alice, "asked by letter");
    CHECK(e.events == 2);
    CHECK(e.hash.is_hash());
    CHECK(s->owes_purge());
    CHECK(judged(*s, alice) == standing::opted_out);
    REQUIRE_FALSE(s->purge());
    CHECK_FALSE(s->owes_purge());
    CHECK(where_found(folder.path(), alice) == "");
    CHECK(verified(*s).first_misfit == 0);
  }
  const auto s = opened(folder.path());
  CHECK(where_found(folder.path(), alice) == "");
  CHECK(judged(*s, alice) == standing::opted_out);
  CHECK(judged(*s, 33700000001) == standing::allowed);
  const auto history = std::get<0>(s->history({alice}));
  REQUIRE(history.size() == 3);
  CHECK(history[0].who == s->kept_as({alice}));
  CHECK(history[0].wording.empty());
  CHECK(history[0].evidence.empty());
  CHECK(history[0].source == "form");
  CHECK(history[0].erased_by == history[2].sequence);
  CHECK(history[2].kind == event_kind::erasure);
  CHECK(history[2].reason == "asked by letter");
  CHECK(history[2].actor == "officer");
}

TEST_CASE("what an erased person does later is kept under its hash, too") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  record_one(*s, make(alice, event_kind::opt_in));
  REQUIRE(judged(*s, alice) == standing::allowed);
  erase(*s, alice);
  CHECK(judged(*s, alice) == standing::no_consent);  // its proof is gone
  event late = make(alice, event_kind::opt_in);
  late.occurred_at -= std::chrono::hours(1);
  late.source = "another list";
  record_one(*s, late);
  CHECK(judged(*s, alice) == standing::no_consent);
  record_one(*s, stop_of(alice));
  CHECK(judged(*s, alice) == standing::opted_out);
  event start = make(alice, event_kind::opt_in, consent_method::mo_keyword);
  record_one(*s, start);
  CHECK(judged(*s, alice) == standing::allowed);
  const auto history = std::get<0>(s->history({alice}));
  REQUIRE(history.size() == 5);
  CHECK(history[3].who == history[1].who);
  CHECK(history[3].evidence.empty());
  CHECK(history[3].evidence_sha256.size() == 64);
  CHECK(history[3].number_as_received.empty());
  CHECK(history[4].evidence == "file:1");
  CHECK(erase(*s, alice).events == 3);
  CHECK(judged(*s, alice) == standing::no_consent);
  CHECK(erase(*s, alice).already);
  REQUIRE_FALSE(s->purge());
  CHECK(where_found(folder.path(), alice) == "");
  CHECK(verified(*s).first_misfit == 0);
}

TEST_CASE("an erased person stays under the hash when the only event is corrected") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    const recorded mistake = record_one(*s, make(alice, event_kind::opt_in));
    erase(*s, alice);
    event c;
    c.kind = event_kind::correction;
    c.who = s->kept_as({alice});
    c.corrects = mistake.id;
    record_one(*s, c);
    CHECK(judged(*s, alice) == standing::no_consent);
    CHECK(s->kept_as({alice}).is_hash());
  }
  const auto s = opened(folder.path());
  CHECK(s->kept_as({alice}).is_hash());
  record_one(*s, stop_of(alice));
  CHECK(judged(*s, alice) == standing::opted_out);
  REQUIRE_FALSE(s->purge());
  CHECK(where_found(folder.path(), alice) == "");
}

TEST_CASE("an opt-out that waits for the disk while its person is erased goes on blocking") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  record_one(*s, make(alice, event_kind::opt_in));
  std::promise<void> first, second;
  event by;
  s->erase({alice}, by, [&](const auto&) { first.set_value(); });
  s->record({stop_of(alice)}, [&](const outcome&) { second.set_value(); });
  CHECK(judged(*s, alice) == standing::opted_out);
  first.get_future().wait();
  CHECK(judged(*s, alice) == standing::opted_out);
  second.get_future().wait();
  CHECK(judged(*s, alice) == standing::opted_out);
  CHECK(s->kept_as({alice}).is_hash());
  CHECK(std::get<0>(s->history({alice})).size() == 3);
}

TEST_CASE("the same row again is recognised after the person was erased") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  event row = make(alice, event_kind::opt_in);
  row.identity[0] = 5;
  row.number_as_received = "+" + std::to_string(alice);
  record_rows(*s, {row});
  erase(*s, alice);
  CHECK(record_rows(*s, {row})[0].already_known);
  CHECK(s->stats().ledger_events == 2);
}

TEST_CASE("a row that was ready before its person was erased tells the number no more") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  record_one(*s, stop_of(alice));
  event row = make(alice, event_kind::opt_in);
  row.identity[0] = 5;
  row.number_as_received = "+" + std::to_string(alice);
  row.evidence = "file:" + std::to_string(alice);
  const auto batch = std::make_shared<import_batch>();
  s->make_ready(row, *batch);
  erase(*s, alice);
  std::promise<std::optional<failure>> promise;
  s->record(slice(batch, 0), [&](std::optional<failure> why) { promise.set_value(std::move(why)); });
  REQUIRE_FALSE(promise.get_future().get());
  const auto history = std::get<0>(s->history({alice}));
  REQUIRE(history.size() == 3);
  CHECK(history[2].who.is_hash());
  CHECK(history[2].number_as_received.empty());
  CHECK(history[2].evidence.empty());
  CHECK(history[2].evidence_sha256.size() == 64);
  CHECK(history[2].identity != row.identity);  // it is keyed
  CHECK(judged(*s, alice) == standing::opted_out);
  CHECK(verified(*s).first_misfit == 0);
}

TEST_CASE("a new key leaves the erased found, and a wrong or missing file of keys is refused") {
  temporary_folder folder;
  const auto file = folder.path() / "numbers.key";
  {
    const auto s = opened(folder.path());
    record_one(*s, stop_of(alice));
    erase(*s, alice);
    REQUIRE_FALSE(s->rotate_keys());
    record_one(*s, stop_of(alice + 1));
    erase(*s, alice + 1);
    CHECK(judged(*s, alice) == standing::opted_out);
  }
  {
    const auto s = opened(folder.path());
    CHECK(judged(*s, alice) == standing::opted_out);
    CHECK(judged(*s, alice + 1) == standing::opted_out);
    CHECK(verified(*s).first_misfit == 0);
  }
  std::filesystem::rename(file, folder.path() / "away");
  const auto without = consent_store::open({folder.path(), nullptr});
  REQUIRE(std::holds_alternative<failure>(without));
  CHECK(std::get<failure>(without).message.find("is missing") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(file));
  temporary_folder other;
  {
    opened(other.path());
  }
  std::filesystem::copy_file(other.path() / "numbers.key", file);
  const auto with_others = consent_store::open({folder.path(), nullptr});
  REQUIRE(std::holds_alternative<failure>(with_others));
  CHECK(std::get<failure>(with_others).message.find("not the file that belongs") != std::string::npos);
}

TEST_CASE("an erasure tells which sources hold the number in their names") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  event other = make(alice + 7, event_kind::opt_in);
  other.source = "lot 12345678";
  record_one(*s, other);
  record_one(*s, make(alice, event_kind::opt_in));
  CHECK(erase(*s, alice).telling_sources == std::vector<std::string>{"lot 12345678"});
  CHECK(erase(*s, alice + 7).telling_sources.empty());
}

TEST_CASE("a store of hashes keeps no number at all") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path(), true);
    event opt_in = make(alice, event_kind::opt_in);
    opt_in.number_as_received = "+33612345678";
    opt_in.wording = "I, 06 12 34 56 78, agree";
    record_one(*s, opt_in);
    CHECK(std::get<0>(s->history({alice}))[0].wording.empty());
    CHECK(judged(*s, alice) == standing::allowed);
    record_one(*s, stop_of(alice));
    CHECK(judged(*s, alice) == standing::opted_out);
    CHECK(where_found(folder.path(), alice) == "");
    CHECK(std::get<0>(s->history({alice}))[0].evidence == "file:1");
    fill_journal(*s, 1);
    std::vector<std::string> unreadable;
    REQUIRE_FALSE(s->scan_journal({}, [&](const journal_entry& e) {
      if (!e.destination.empty()) unreadable.emplace_back(e.destination);
      return true;
    }));
    CHECK(unreadable == std::vector<std::string>{"+***********x"});
    CHECK(where_found(folder.path(), alice) == "");
  }
  {
    const auto s = opened(folder.path(), true);
    CHECK(judged(*s, alice) == standing::opted_out);
    CHECK(erase(*s, alice).events == 2);
    CHECK(std::get<0>(s->history({alice}))[0].evidence.empty());
    CHECK(judged(*s, alice) == standing::opted_out);
    CHECK(where_found(folder.path(), alice) == "");
  }
  const auto plain = consent_store::open({folder.path(), nullptr, false});
  REQUIRE(std::holds_alternative<failure>(plain));
  CHECK(std::get<failure>(plain).message.find("storage") != std::string::npos);
}
