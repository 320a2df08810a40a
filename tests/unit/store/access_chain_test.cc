// The record of access cannot be changed unseen.
#include "store/access.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/column_family.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

constexpr std::uint64_t hash = std::uint64_t{1} << 63U | 5U;

access_use use_of(unsigned status = 200) {
  return {"vera", "GET", "/v1/numbers/{}", "limit=1", number{hash}, status};
}

instant at(int seconds) {
  return instant{std::chrono::seconds{1770000000 + seconds}};
}

access_verification verified_access(const consent_store& s) {
  access_verification v;
  while (!v.done)
    v = std::get<access_verification>(s.verify_access(v));
  return v;
}

void look_up(consent_store& s, std::uint64_t digits) {
  REQUIRE_FALSE(s.record_access_and_wait({"vera", "GET", "/v1/numbers/{}", "", number{digits}, 200}));
}

using pairs = std::vector<std::pair<std::string, std::string>>;

// The record of access as it is on disk; with `to`, replaced by it.
pairs stored(const std::filesystem::path& store, const std::optional<pairs>& to = {}) {
  pairs all;
  with_column_family(store, "access", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* access) {
    const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}, access));
    for (it->SeekToFirst(); it->Valid(); it->Next())
      all.emplace_back(it->key().ToString(), it->value().ToString());
    for (const auto& [key, value] : to ? all : pairs())
      REQUIRE(db.Delete({}, access, key).ok());
    for (const auto& [key, value] : to.value_or(pairs()))
      REQUIRE(db.Put({}, access, key, value).ok());
  });
  return all;
}

}  // namespace

TEST_CASE("each flipped bit of a use, and of its time, is found") {
  access_head first, second;
  (void)encode(use_of(), at(0), first);
  second = first;
  const std::string octets = encode(use_of(403), at(1), second);
  access_head walked = first;
  REQUIRE_FALSE(misfit(octets, at(1), walked));
  CHECK(walked.own == second.own);
  CHECK(walked.count == 2);
  for (std::size_t i = 0; i < octets.size() * 8; ++i) {
    std::string flipped = octets;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << i % 8));
    access_head h = first;
    CAPTURE(i);
    CHECK(misfit(flipped, at(1), h));
    CHECK(h.count == 1);
  }
  for (access_head h = first; const int wrong : {0, 2})
    CHECK(misfit(octets, at(wrong), h));
  access_head none;
  CHECK(misfit(octets, at(1), none));
}

TEST_CASE("verify names the first use that was changed, taken out or put in") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    for (std::uint64_t i = 0; i < 20; ++i)
      look_up(*s, alice + i);
    const auto v = verified_access(*s);
    CHECK(v.first_misfit == 0);
    CHECK(v.head.count == 20);
    CHECK(v.head.own == s->access_head().own);
  }
  const pairs whole = stored(folder.path());
  const auto first_misfit = [&](const pairs& changed) {
    stored(folder.path(), changed);
    const auto v = verified_access(*opened(folder.path()));
    CHECK(v.why.empty() == (v.first_misfit == 0));
    return v.first_misfit;
  };
  for (const std::size_t place : {0, 11, 19}) {
    CAPTURE(place);
    for (std::size_t i = 0; i < whole[place].second.size(); ++i) {
      pairs changed = whole;
      changed[place].second[i] = static_cast<char>(changed[place].second[i] ^ 1);
      CHECK(first_misfit(changed) == place + 1);
    }
  }
  pairs fewer = whole;
  fewer.erase(fewer.begin() + 11);
  CHECK(first_misfit(fewer) == 12);
  pairs swapped = whole;
  std::swap(swapped[4].second, swapped[5].second);
  CHECK(first_misfit(swapped) == 5);
  CHECK(first_misfit(whole) == 0);
}

TEST_CASE("uses that are missing at the end, or were all made anew, show against a deposited head") {
  temporary_folder folder;
  access_head deposited;
  {
    const auto s = opened(folder.path());
    for (std::uint64_t i = 0; i < 20; ++i)
      look_up(*s, alice + i);
    deposited = s->access_head();
  }
  const pairs whole = stored(folder.path());
  const auto against = [&](const access_head& head) {
    const auto s = opened(folder.path());
    access_verification v;
    for (v.deposited = head; !v.done;)
      v = std::get<access_verification>(s->verify_access(v));
    return v;
  };
  CHECK(against(deposited).first_misfit == 0);
  stored(folder.path(), pairs(whole.begin(), whole.end() - 1));
  CHECK(against({}).first_misfit == 0);
  CHECK(against(deposited).first_misfit == 20);
  CHECK(against(deposited).why.find("missing") != std::string::npos);
  pairs anew;
  access_head head;
  for (const auto& [key, value] : whole) {
    instant time{};
    for (const char c : key)
      time = instant{std::chrono::microseconds{time.time_since_epoch().count() << 8 | static_cast<std::uint8_t>(c)}};
    access_use u = decode_access(value).value();
    u.actor = "nobody";
    anew.emplace_back(key, encode(u, time, head));
  }
  stored(folder.path(), anew);
  CHECK(against({}).first_misfit == 0);
  const auto found = against(deposited);
  CHECK(found.first_misfit == 20);
  CHECK(found.why.find("deposited") != std::string::npos);
}

TEST_CASE("the chain goes on over restarts, erasures and new keys, and while many look up at once") {
  temporary_folder folder;
  for (int turn = 0; turn < 3; ++turn) {
    const auto s = opened(folder.path());
    record_one(*s, make(alice, event_kind::opt_in));
    look_up(*s, alice);
    erase(*s, alice);
    REQUIRE_FALSE(s->purge());
    REQUIRE_FALSE(s->rotate_keys());
    for (std::uint64_t i = 0; i < 100; ++i)
      s->record_access({"olga", "GET", "/v1/events", "", {}, 200}, [](const auto&) {});
    look_up(*s, alice);
    CHECK(verified_access(*s).first_misfit == 0);
  }
  const auto v = verified_access(*opened(folder.path()));
  CHECK(v.head.count == 306);
  CHECK(v.first_misfit == 0);
}

TEST_CASE("what the first versions wrote without a chain is chained when the store is opened") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    for (std::uint64_t i = 0; i < 20; ++i)
      look_up(*s, alice + i);
  }
  const pairs whole = stored(folder.path());
  pairs unchained = whole;
  for (auto& [key, value] : unchained) {
    value.resize(value.size() - 33);  // its place: a count below 128, and its hash
    value[0] = static_cast<char>(value[0] & ~2);
  }
  stored(folder.path(), unchained);
  {
    const auto s = opened(folder.path());
    CHECK(verified_access(*s).first_misfit == 0);
    look_up(*s, alice);
    CHECK(verified_access(*s).head.count == 21);
  }
  pairs now = stored(folder.path());
  now.pop_back();
  CHECK(now == whole);
  // Interrupted in the middle it begins anew.
  std::copy(whole.begin(), whole.begin() + 7, unchained.begin());
  stored(folder.path(), unchained);
  CHECK(verified_access(*opened(folder.path())).first_misfit == 0);
  CHECK(stored(folder.path()) == whole);
  // Among chained ones it does not fit.
  unchained.back() = whole.back();
  stored(folder.path(), unchained);
  CHECK(verified_access(*opened(folder.path())).first_misfit == 8);
}
