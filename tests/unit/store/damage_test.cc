// What the store notices at its start by itself; real damage to the files of the real binary is in
// tests/e2e/test_faults_damage.py.
#include <fstream>

#include "store/acknowledged.h"
#include "store/consent_store.h"
#include "store/ledger.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;

namespace {

std::string why_not_opened(const std::filesystem::path& path) {
  const auto result = consent_store::open({path, nullptr});
  const auto* why = std::get_if<failure>(&result);
  return why == nullptr ? "" : why->message;
}

void write_events(const std::filesystem::path& path, const std::vector<std::uint64_t>& sequences) {
  const auto opened = ledger::open(path);
  ledger::changes c;
  for (const std::uint64_t s : sequences) {
    c.events.emplace_back();
    c.events.back().sequence = s;
    c.events.back().who = {33612345678};
  }
  REQUIRE_FALSE(std::get<0>(opened)->write(c));
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a ledger with an event missing in between is refused") {
  const testing::temporary_folder folder;
  write_events(folder.path(), {1, 2, 4});
  CHECK(contains(why_not_opened(folder.path()), "it holds 3 and the last is number 4"));
}

TEST_CASE("a ledger that ends before what was acknowledged is refused, until a person says to go on") {
  const testing::temporary_folder folder;
  {
    const auto s = testing::opened(folder.path());
    testing::done(s->record_and_wait(
        {testing::make(33612345678, event_kind::opt_out), testing::make(33687654321, event_kind::opt_out)}));
  }
  CHECK(std::get<std::uint64_t>(acknowledged::read(folder.path())) == 2);
  CHECK(why_not_opened(folder.path()).empty());
  acknowledged(folder.path()).set(3);
  CHECK(contains(why_not_opened(folder.path()), "its last is 2 and 3 was acknowledged"));
  CHECK(contains(why_not_opened(folder.path()), (folder.path() / "acknowledged").c_str()));
  std::filesystem::remove(folder.path() / "acknowledged");
  CHECK(why_not_opened(folder.path()).empty());
}

TEST_CASE("a store whose database is gone is not begun anew") {
  const testing::temporary_folder folder;
  acknowledged(folder.path()).set(1);
  CHECK(contains(why_not_opened(folder.path()), "restore it from a backup"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "rocksdb" / "CURRENT"));
}

TEST_CASE("what is in the file of the last acknowledged event") {
  const testing::temporary_folder folder;
  const auto read = [&] { return acknowledged::read(folder.path()); };
  CHECK(std::get<std::uint64_t>(read()) == 0);
  {
    acknowledged a(folder.path());
    a.set(9);
    a.set(12345678901);
    CHECK(std::get<std::uint64_t>(read()) == 12345678901);
    a.set(8);  // overwritten whole
    CHECK(std::get<std::uint64_t>(read()) == 8);
  }
  std::ofstream(folder.path() / "acknowledged").flush();
  CHECK(std::get<std::uint64_t>(read()) == 0);
  std::ofstream(folder.path() / "acknowledged") << "nonsense\n";
  CHECK(std::holds_alternative<failure>(read()));
}
