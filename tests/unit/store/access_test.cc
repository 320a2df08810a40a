// The record of access: who asked the store.
#include "store/access.h"

#include <thread>

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

access_use lookup(std::uint64_t digits, const std::string& actor = "vera") {
  return {actor, "GET", "/v1/numbers/{}", "limit=1", number{digits}, 200};
}

std::vector<access_record> uses(const consent_store& s, const access_query& q = {}) {
  std::vector<access_record> all;
  const auto rest = s.scan_access(q, SIZE_MAX, [&](const access_record& r) {
    all.push_back(r);
    return true;
  });
  CHECK(std::get<std::optional<instant>>(rest) == std::nullopt);
  return all;
}

std::size_t about(const consent_store& s, std::uint64_t digits) {
  return uses(s, {.about = number{digits}, .actor = {}, .from = {}, .to = {}}).size();
}

}  // namespace

TEST_CASE("a use as it is stored") {
  access_use u = lookup(std::uint64_t{1} << 63U | 5U);
  u.status = 403;
  const instant at{std::chrono::microseconds{1770000000123456}};
  access_head head;
  const std::string octets = encode(u, at, head);
  const auto back = decode_access(octets);
  REQUIRE(back);
  CHECK(back->actor == "vera");
  CHECK(back->method == "GET");
  CHECK(back->route == "/v1/numbers/{}");
  CHECK(back->filter == "limit=1");
  CHECK(back->about == u.about);
  CHECK(back->status == 403);
  u.about.reset();
  CHECK_FALSE(decode_access(encode(u, at, head))->about);
  CHECK(head.count == 2);
  for (std::size_t n = 0; n < octets.size(); ++n)
    CHECK_FALSE(decode_access(std::string_view(octets).substr(0, n)));
  CHECK_FALSE(decode_access(octets + "x"));
  CHECK_FALSE(decode_access("\4" + octets.substr(1)));
  CHECK_FALSE(decode_access(encode(lookup(alice), at, head)));  // a number where a hash belongs
}

TEST_CASE("uses are kept in their order, each of its own time, and answer after a restart, an erasure and a new key") {
  temporary_folder folder;
  instant before{};
  {
    const auto s = opened(folder.path());
    record_one(*s, make(alice, event_kind::opt_in));
    REQUIRE_FALSE(s->record_access_and_wait(lookup(alice)));
    REQUIRE_FALSE(s->record_access_and_wait(lookup(alice + 1)));
    REQUIRE_FALSE(s->record_access_and_wait({"carl", "POST", "/v1/events", "", {}, 201}));
    before = uses(*s).back().at;
  }
  const auto s = opened(folder.path());
  CHECK(about(*s, alice) == 1);
  erase(*s, alice);
  REQUIRE_FALSE(s->purge());
  REQUIRE_FALSE(s->rotate_keys());
  CHECK(about(*s, alice) == 1);
  REQUIRE_FALSE(s->record_access_and_wait(lookup(alice, "olga")));
  CHECK(about(*s, alice) == 2);
  CHECK(about(*s, alice + 2) == 0);
  const auto all = uses(*s);
  REQUIRE(all.size() == 4);
  CHECK(all[0].what.about == all[3].what.about);
  CHECK(all[0].what.about->is_hash());
  CHECK(all[0].what.about != s->kept_as({alice}));  // who reads the record cannot match it with the events
  CHECK(all[2].at == before);
  CHECK(all[3].at > before);
  CHECK(uses(*s, {.about = {}, .actor = "carl", .from = {}, .to = {}}).size() == 1);
  CHECK(uses(*s, {.about = {}, .actor = {}, .from = before, .to = {}}).size() == 2);
  CHECK(uses(*s, {.about = {}, .actor = {}, .from = {}, .to = before}).size() == 3);
}

TEST_CASE("a search says where to go on") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  for (std::uint64_t i = 0; i < 10; ++i)
    REQUIRE_FALSE(s->record_access_and_wait(lookup(alice + i)));
  access_query q;
  std::size_t seen = 0, rounds = 0;
  for (bool more = true; more; ++rounds) {
    const auto rest = s->scan_access(q, 4, [&](const access_record&) { return ++seen != 0; });
    q.from = std::get<std::optional<instant>>(rest);
    more = q.from.has_value();
  }
  CHECK(seen == 10);
  CHECK(rounds == 3);
}

TEST_CASE("uses of many threads at once, with events between them, are all kept") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&s, t] {
        for (std::uint64_t i = 0; i < 200; ++i)
          s->record_access(lookup(alice + i, "t" + std::to_string(t)), [](const auto&) {});
      });
    }
    for (std::uint64_t i = 0; i < 50; ++i)
      record_one(*s, make(alice + i, event_kind::opt_in));
  }
  const auto s = opened(folder.path());
  const auto all = uses(*s);
  CHECK(all.size() == 800);
  CHECK(std::ranges::is_sorted(all, std::ranges::less{}, &access_record::at));
  CHECK(about(*s, alice) == 4);
}
