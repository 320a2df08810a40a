#include "store/scheduled.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;
using namespace std::chrono_literals;

namespace {

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};
constexpr number hash{std::uint64_t{1} << 63U | 7};

scheduled message(std::uint64_t digits, std::chrono::hours due = 1h, const std::string& about = "m1") {
  return {0, {digits}, noon + due, about, "to 0612345678"};
}

std::vector<std::string> abouts(const std::vector<scheduled>& all) {
  std::vector<std::string> out;
  for (const scheduled& s : all)
    out.push_back(s.about);
  std::ranges::sort(out);
  return out;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what was added is looked at once, and again when its number is named") {
  int changes = 0;
  scheduled_messages m([&] { ++changes; });
  CHECK(m.add(message(alice, 1h, "a")));
  CHECK(m.add(message(alice, 2h, "b")));
  CHECK(m.add(message(alice + 1, 2h, "c")));
  CHECK(changes == 3);
  CHECK(m.take_to_look_at(2).size() == 2);
  CHECK(m.take_to_look_at(9).size() == 1);
  CHECK(m.take_to_look_at(9).empty());
  m.look_at({alice});
  m.look_at({alice});
  m.look_at({alice + 2});
  CHECK(abouts(m.take_to_look_at(9)) == texts{"a", "b"});
  m.look_at_all();
  CHECK(abouts(m.take_to_look_at(9)) == texts{"a", "b", "c"});
}

TEST_CASE("it ends when it is removed or over, and there is an end to how many") {
  scheduled_messages m([] {}, 2);
  CHECK(m.add(message(alice, 1h, "a")));
  CHECK(m.add(message(alice, 2h, "b")));
  CHECK_FALSE(m.add(message(alice, 3h, "c")));
  const auto all = m.take_to_look_at(9);
  m.expire(noon + 2h);
  CHECK(m.size() == 1);
  m.look_at({alice});
  const auto left = m.take_to_look_at(9);
  CHECK(abouts(left) == texts{"b"});
  m.remove(left.at(0).id);
  m.remove(left.at(0).id);
  CHECK(m.size() == 0);
  m.look_at({alice});
  CHECK(m.take_to_look_at(9).empty());
  CHECK(m.add(message(alice, 3h, "c")));
}

TEST_CASE("by its handle the last is found, until it is over, and it may be moved") {
  scheduled_messages m([] {}), again([] {});
  scheduled a = message(alice, 1h, "a"), b = message(alice + 1, 2h, "b");
  a.handle = b.handle = 77;
  m.add(a);
  m.add(b);
  m.add(message(alice, 1h, "nameless"));
  CHECK(m.find(77)->about == "b");
  CHECK_FALSE(m.find(78));
  CHECK_FALSE(m.find(0));
  m.expire(noon + 2h);
  CHECK(m.find(77)->about == "b");
  m.take_changed();
  m.move(m.find(77)->id, noon + 5h);
  const auto changed = m.take_changed();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].now->due == noon + 5h);
  auto s = decode_scheduled(encode(*changed[0].now));
  REQUIRE(s);
  s->id = changed[0].id;
  again.load(*s);
  CHECK(again.find(77)->due == noon + 5h);
  m.expire(noon + 5h);
  CHECK(m.find(77));
  m.expire(noon + 5h + 1s);
  CHECK_FALSE(m.find(77));
  CHECK(m.size() == 0);
}

TEST_CASE("under a hash nothing personal stays") {
  scheduled_messages m([] {});
  m.add(message(alice));
  m.add(message(hash.digits, 1h, "hashed"));
  m.take_changed();
  m.renumber({alice}, hash);
  const auto changed = m.take_changed();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].now->who == hash);
  m.take_to_look_at(9);
  m.look_at({alice});
  CHECK(m.take_to_look_at(9).empty());
  m.look_at(hash);
  const auto found = m.take_to_look_at(9);
  CHECK(found.size() == 2);
  CHECK(std::ranges::all_of(found, [](const scheduled& s) { return s.personal.empty(); }));
}

TEST_CASE("what changes goes to the disk, and comes back") {
  scheduled_messages m([] {}), again([] {});
  m.add(message(alice, 1h, "a"));
  m.add(message(alice, 2h, "b"));
  auto changes = m.take_changed();
  REQUIRE(changes.size() == 2);
  CHECK(m.take_changed().empty());
  m.not_written(changes);
  CHECK(m.take_changed().size() == 2);
  for (const auto& c : changes) {
    auto s = decode_scheduled(encode(*c.now));
    REQUIRE(s);
    s->id = c.id;
    again.load(*s);
  }
  CHECK(again.take_changed().empty());
  CHECK(abouts(again.take_to_look_at(9)) == texts{"a", "b"});
  CHECK(again.add(message(alice, 3h, "c")));
  CHECK(again.size() == 3);  // an id of its own
  m.remove(changes[0].id);
  changes = m.take_changed();
  REQUIRE(changes.size() == 1);
  CHECK_FALSE(changes[0].now);
  CHECK_FALSE(decode_scheduled("short"));
  const std::string whole = encode(message(alice));
  CHECK_FALSE(decode_scheduled(whole + "x"));
  CHECK_FALSE(decode_scheduled(whole.substr(0, whole.size() - 1)));
  CHECK(decode_scheduled(whole.substr(0, whole.size() - 8)));  // as an earlier version wrote it
}

TEST_CASE("the store looks at the messages of a number once its opt-out is on disk, from wherever it comes") {
  temporary_folder folder;
  const bool hashed = GENERATE(false, true);
  {
    const auto s = opened(folder.path(), hashed);
    record_one(*s, make(alice, event_kind::opt_in));
    CHECK(s->keep_scheduled(message(alice, 1h, "a")));
    CHECK(s->keep_scheduled(message(alice + 1, 1h, "b")));
    CHECK(s->scheduled_ones().take_to_look_at(9).size() == 2);
    record_one(*s, make(alice + 1, event_kind::opt_in));
    CHECK(s->scheduled_ones().take_to_look_at(9).empty());
    record_one(*s, make(alice, event_kind::opt_out));
    const auto found = s->scheduled_ones().take_to_look_at(9);
    REQUIRE(abouts(found) == texts{"a"});
    CHECK(found[0].personal.empty() == hashed);
    const question q{s->intern({scope_kind::sender, "shop"}), s->intern({scope_kind::group, "retail"}),
                     consent_rule::opt_out, now()};
    CHECK(s->judge(found[0].who, q).result == standing::opted_out);
  }
  const auto s = opened(folder.path(), hashed);
  CHECK(abouts(s->scheduled_ones().take_to_look_at(9)) == texts{"a", "b"});
}

TEST_CASE("an erased person's scheduled messages are found under the hash, and tell the number no more") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    record_one(*s, make(alice, event_kind::opt_in));
    s->keep_scheduled(message(alice, 1h, "a"));
    const erased e = erase(*s, alice);
    record_one(*s, make(alice, event_kind::opt_out));
    const auto found = s->scheduled_ones().take_to_look_at(9);
    REQUIRE(found.size() == 1);
    CHECK(found[0].who == e.hash);
    CHECK(found[0].personal.empty());
    REQUIRE_FALSE(s->purge());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      INFO(entry.path());
      CHECK(content.find("0612345678") == std::string::npos);
    }
  }
  const auto s = opened(folder.path());
  CHECK(s->scheduled_ones().take_to_look_at(9).at(0).who.is_hash());
}
