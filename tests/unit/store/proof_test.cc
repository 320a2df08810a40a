// Corrections, reassignments, recalls, the chain and copies of the store.
#include <fstream>
#include <functional>

#include "tests/unit/catch.h"
#include "tests/unit/store/column_family.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

event correction_of(const recorded& r, std::uint64_t digits) {
  event e;
  e.kind = event_kind::correction;
  e.who = {digits};
  e.actor = "officer";
  e.reason = "a slip of the pen";
  e.corrects = r.id;
  return e;
}

event recall_of(const std::string& source) {
  event e;
  e.kind = event_kind::recall;
  e.source = source;
  e.occurred_at = now();
  e.reason = "no proof";
  return e;
}

// Changes a value behind the store's back; without a change the key is deleted.
void change(const std::filesystem::path& store, const std::string& family, const std::string& key,
            const std::function<std::string(std::string)>& to) {
  with_column_family(store, family, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* h) {
    std::string value;
    REQUIRE(db.Get({}, h, key, &value).ok());
    REQUIRE((to ? db.Put({}, h, key, to(value)) : db.Delete({}, h, key)).ok());
  });
}

}  // namespace

TEST_CASE("a corrected event counts no more, and what it had beaten counts again") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    record_one(*s, make(alice, event_kind::opt_in));
    const recorded first = record_one(*s, make(alice, event_kind::opt_out));
    event later = make(alice, event_kind::opt_out);
    later.occurred_at += std::chrono::hours(1);
    const recorded second = record_one(*s, later);
    CHECK(judged(*s, alice) == standing::opted_out);
    record_one(*s, correction_of(second, alice));
    CHECK(judged(*s, alice) == standing::opted_out);
    record_one(*s, correction_of(first, alice));
    CHECK(judged(*s, alice) == standing::allowed);
    const recorded again = record_one(*s, correction_of(first, alice));
    CHECK(again.already_known);
    CHECK(s->stats().ledger_events == 5);
  }
  const auto s = opened(folder.path());
  CHECK(judged(*s, alice) == standing::allowed);
  record_one(*s, make(alice, event_kind::opt_out));
  CHECK(judged(*s, alice) == standing::opted_out);
}

TEST_CASE("two corrections in one write, and an event that is corrected in the write that records it") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const auto r = done(s->record_and_wait(
      {make(alice, event_kind::opt_out), make(alice, event_kind::opt_out, consent_method::web_form, {})}));
  done(s->record_and_wait({correction_of(r[0], alice), correction_of(r[1], alice), correction_of(r[1], alice)}));
  CHECK(judged(*s, alice) == standing::no_consent);
  CHECK(s->stats().ledger_events == 4);
}

TEST_CASE("a recall made by mistake is corrected") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    record_one(*s, make(alice, event_kind::opt_in));
    CHECK(s->opt_ins_of("form", now()) == 1);
    const recorded r = record_one(*s, recall_of("form"));
    CHECK(judged(*s, alice) == standing::source_recalled);
    CHECK(s->opt_ins_of("form", now()) == 0);
    record_one(*s, correction_of(r, 0));
    CHECK(judged(*s, alice) == standing::allowed);
  }
  CHECK(judged(*opened(folder.path()), alice) == standing::allowed);
}

TEST_CASE("a recall voids what arrives later, too") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  record_one(*s, recall_of("form"));
  record_one(*s, make(alice, event_kind::opt_in));
  CHECK(judged(*s, alice) == standing::source_recalled);
}

TEST_CASE("a reassigned number is known as such after opening again") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    record_one(*s, make(alice, event_kind::opt_in));
    event e = make(alice, event_kind::reassigned, consent_method::none, {});
    e.occurred_at = now();
    record_one(*s, e);
    CHECK(judged(*s, alice) == standing::no_consent);
  }
  const auto s = opened(folder.path());
  CHECK(judged(*s, alice) == standing::no_consent);
  record_one(*s, make(alice, event_kind::opt_in, consent_method::mo_keyword));
  CHECK(judged(*s, alice) == standing::allowed);
}

TEST_CASE("an event is found by its id") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  std::vector<recorded> all;
  for (std::uint64_t i = 0; i < 300; ++i)
    all.push_back(record_one(*s, make(alice + i, event_kind::opt_in)));
  for (const recorded& r : all)
    REQUIRE(std::get<0>(s->find(r.id)).value().sequence == r.sequence);
  CHECK_FALSE(std::get<0>(s->find(event_id{})));
  event_id unknown = all[7].id;
  unknown[15] ^= 1U;
  CHECK_FALSE(std::get<0>(s->find(unknown)));
}

TEST_CASE("the chain verifies from the first event to the newest, also while events arrive") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  CHECK(verified(*s).events == 0);
  std::vector<event> many;
  for (std::uint64_t i = 0; i < 45000; ++i)
    many.push_back(make(alice + i, event_kind::opt_in));
  done(s->record_and_wait(std::move(many)));
  std::vector<std::uint64_t> told;
  verification v;
  while (!v.done) {
    v = std::get<verification>(s->verify(v));
    told.push_back(v.events);
  }
  CHECK(v.first_misfit == 0);
  CHECK(v.events == 45000);
  CHECK(v.head == s->head().own);
  CHECK(told == std::vector<std::uint64_t>{20000, 40000, 45000});
}

TEST_CASE("a million events verify, and one of the last is named when an octet of it changes") {
  constexpr std::uint64_t count = 1'000'000, together = 50'000;
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    for (std::uint64_t first = 0; first < count; first += together) {
      std::vector<event> some;
      for (std::uint64_t i = first; i < first + together; ++i)
        some.push_back(make(alice + i, i % 7 == 0 ? event_kind::opt_out : event_kind::opt_in));
      done(s->record_and_wait(std::move(some)));
    }
    const verification v = verified(*s);
    CHECK(v.events == count);
    CHECK(v.first_misfit == 0);
    CHECK(v.head == s->head().own);
  }
  constexpr std::uint64_t changed = count - 7;
  std::string key(8, '\0');
  for (std::size_t i = 0; i < key.size(); ++i)
    key[7 - i] = static_cast<char>(changed >> (8 * i));
  change(folder.path(), "events", key, [](std::string record) {
    record[record.size() / 2] ^= 1;
    return record;
  });
  const verification v = verified(*opened(folder.path()));
  CHECK(v.first_misfit == changed);
  CHECK(v.events == changed - 1);
}

TEST_CASE("a ledger that is not the one whose head was deposited") {
  temporary_folder folder, other;
  ledger_head deposited;
  const auto against = [&](const consent_store& s) {
    verification v;
    for (v.deposited = deposited; !v.done;)
      v = std::get<verification>(s.verify(v));
    return v;
  };
  {
    const auto s = opened(folder.path());
    for (std::uint64_t i = 0; i < 3; ++i)
      record_one(*s, make(alice + i, event_kind::opt_in));
    deposited = s->head();
    record_one(*s, make(alice + 3, event_kind::opt_in));
    CHECK(against(*s).first_misfit == 0);
    CHECK(against(*s).events == 4);
  }
  const auto s = opened(other.path());
  record_one(*s, make(alice, event_kind::opt_in));
  CHECK(verified(*s).first_misfit == 0);
  CHECK(against(*s).first_misfit == 2);
  for (std::uint64_t i = 0; i < 3; ++i)
    record_one(*s, make(alice + i, event_kind::opt_in));
  CHECK(against(*s).first_misfit == 3);
  CHECK(against(*s).events == 2);
}

TEST_CASE("a copy made while events arrive is a store of its own, with the same answers") {
  temporary_folder folder;
  const auto copy = folder.path() / "copy";
  const auto s = opened(folder.path() / "store");
  record_one(*s, make(alice, event_kind::opt_in));
  record_one(*s, make(alice + 1, event_kind::opt_out));
  record_one(*s, make(alice + 2, event_kind::opt_out));
  erase(*s, alice + 2);
  std::filesystem::create_directories(folder.path() / "store" / "frequency");
  std::ofstream(folder.path() / "store" / "frequency" / "2026-01-15") << "counted";
  REQUIRE_FALSE(s->backup(copy));
  const auto counted = copy / "frequency" / "2026-01-15";
  CHECK(std::filesystem::file_size(counted) == 7);
  CHECK((std::filesystem::status(counted).permissions() & std::filesystem::perms(077)) == std::filesystem::perms::none);
  CHECK(s->backup(copy)->message.find("not empty") != std::string::npos);
  record_one(*s, make(alice, event_kind::opt_out));
  const auto c = opened(copy);
  CHECK(judged(*c, alice) == standing::allowed);
  CHECK(judged(*c, alice + 1) == standing::opted_out);
  CHECK(judged(*c, alice + 2) == standing::opted_out);
  CHECK(verified(*c).first_misfit == 0);
  CHECK(verified(*c).events == 4);
}

TEST_CASE("a store of another format, and one whose ledger is gone, are refused with what to do") {
  temporary_folder folder;
  {
    opened(folder.path());
  }
  change(folder.path(), "default", "format", [](std::string) { return "consentgate 1"; });
  const auto older = consent_store::open({folder.path(), nullptr});
  REQUIRE(std::holds_alternative<failure>(older));
  CHECK(std::get<failure>(older).message.find("use the version that wrote it") != std::string::npos);
  std::filesystem::remove_all(folder.path() / "rocksdb");
  const auto gone = consent_store::open({folder.path(), nullptr});
  REQUIRE(std::holds_alternative<failure>(gone));
  CHECK(std::get<failure>(gone).message.find("restore it from a backup") != std::string::npos);
}

TEST_CASE("verify names the first event that does not fit") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    for (std::uint64_t i = 0; i < 20; ++i)
      record_one(*s, make(alice + i, event_kind::opt_in));
  }
  const std::string twelfth("\0\0\0\0\0\0\0\x0c", 8);
  change(folder.path(), "events", twelfth, [](std::string record) {
    record[record.size() - 1] ^= 1;
    return record;
  });
  {
    const auto v = verified(*opened(folder.path()));
    CHECK(v.first_misfit == 12);
    CHECK(v.events == 11);
    CHECK(v.why == "its personal part was changed");
  }
  change(folder.path(), "events", twelfth, nullptr);
  const auto v = verified(*opened(folder.path()));
  CHECK(v.first_misfit == 12);
  CHECK(v.why.find("missing") != std::string::npos);
}
