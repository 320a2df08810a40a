#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "store/sealing_key.h"
#include "tests/unit/catch.h"
#include "tests/unit/forking.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

constexpr held_bounds plenty{1000, 1000000};

bool hold(consent_store& s, const std::string& name, const std::string& octets, std::uint64_t about = 0,
          const held_bounds& most = plenty) {
  std::promise<std::optional<failure>> on_disk;
  if (!s.hold(name, {about}, octets, most, [&](auto why) { on_disk.set_value(std::move(why)); })) return false;
  REQUIRE_FALSE(on_disk.get_future().get());
  return true;
}

held_batch read(consent_store& s, const std::string& name, std::uint64_t after = 0, std::size_t most = 100) {
  std::promise<std::variant<held_batch, failure>> result;
  s.read_held(name, after, most, [&](auto r) { result.set_value(std::move(r)); });
  return std::get<held_batch>(result.get_future().get());
}

std::vector<std::string> texts(consent_store& s, const std::string& name, std::uint64_t after = 0,
                               std::size_t most = 100) {
  std::vector<std::string> all;
  for (const held_item& i : read(s, name, after, most).items)
    all.push_back(i.octets);
  return all;
}

using lines = std::vector<std::string>;

bool in_files(const std::filesystem::path& folder, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (content.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("what is held comes back in order, by name, after a restart too") {
  temporary_folder folder;
  const std::string binary("\0\1\xff", 3);
  {
    const auto s = opened(folder.path());
    for (const std::string& text : {std::string("first"), binary, std::string("third")})
      REQUIRE(hold(*s, "shop1", text));
    REQUIRE(hold(*s, "shop", "another's"));
    REQUIRE(hold(*s, "shop12", "a third's"));
    CHECK(texts(*s, "shop1") == lines{"first", binary, "third"});
    CHECK(texts(*s, "shop1", 1, 1) == lines{binary});
    CHECK(texts(*s, "shop1", 3).empty());
    CHECK(texts(*s, "nobody").empty());
  }
  const auto again = opened(folder.path());
  CHECK(texts(*again, "shop1") == lines{"first", binary, "third"});
  CHECK(texts(*again, "shop") == lines{"another's"});
  CHECK(again->held("shop1").items == 3);
  CHECK(again->held("shop1").octets == 13);
}

TEST_CASE("what is removed is gone for good, and what comes later comes after it") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    for (const char* text : {"a", "b", "c"})
      REQUIRE(hold(*s, "shop1", text));
    s->remove_held("shop1", 2);
    s->remove_held("shop1", 7);  // was never there
    CHECK(texts(*s, "shop1") == lines{"a", "c"});
  }
  const auto again = opened(folder.path());
  CHECK(texts(*again, "shop1") == lines{"a", "c"});
  REQUIRE(hold(*again, "shop1", "d"));
  const held_batch all = read(*again, "shop1");
  REQUIRE(all.items.size() == 3);
  CHECK(all.items.back().position == 4);
  CHECK(again->held("shop1").items == 3);
}

TEST_CASE("bounds of count and octets hold for each name, and after a restart") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    CHECK(hold(*s, "shop1", "12345", 0, {2, 100}));
    CHECK(hold(*s, "shop1", "12345", 0, {2, 100}));
    CHECK_FALSE(hold(*s, "shop1", "1", 0, {2, 100}));
    CHECK_FALSE(hold(*s, "shop1", "1", 0, {100, 10}));
    CHECK(hold(*s, "club1", "1", 0, {2, 10}));
    CHECK(texts(*s, "shop1").size() == 2);
  }
  const auto again = opened(folder.path());
  CHECK_FALSE(hold(*again, "shop1", "1", 0, {2, 100}));
  again->remove_held("shop1", 1);
  CHECK(hold(*again, "shop1", "1", 0, {2, 100}));
}

TEST_CASE("what is held survives the sudden end of the process") {
  if (forks_cannot_be_tested()) return;
  temporary_folder folder;
  const pid_t child = fork();
  if (child == 0) {
    const auto s = opened(folder.path());
    hold(*s, "shop1", "kept");
    raise(SIGKILL);
  }
  int how = 0;
  waitpid(child, &how, 0);
  REQUIRE(WIFSIGNALED(how));
  CHECK(texts(*opened(folder.path()), "shop1") == lines{"kept"});
}

TEST_CASE("nothing of it can be read in the files") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path(), true);
    REQUIRE(hold(*s, "shop1", "from 33612345678: hello", alice));
  }
  const auto s = opened(folder.path(), true);
  CHECK(texts(*s, "shop1") == lines{"from 33612345678: hello"});
  CHECK_FALSE(in_files(folder.path(), "33612345678"));
  CHECK_FALSE(in_files(folder.path(), "hello"));
}

TEST_CASE("what is held about an erased person goes, and of it alone") {
  temporary_folder folder;
  const bool hashed = GENERATE(false, true);
  const auto s = opened(folder.path(), hashed);
  record_one(*s, make(alice, event_kind::opt_out));
  REQUIRE(hold(*s, "shop1", "hers", alice));
  REQUIRE(hold(*s, "shop1", "his", 33699999999));
  REQUIRE(hold(*s, "shop1", "nobody's"));
  s->rotate_keys();
  CHECK_FALSE(erase(*s, alice).already);
  CHECK(texts(*s, "shop1") == lines{"his", "nobody's"});
  CHECK(s->held("shop1").items == 2);
  REQUIRE(s->owes_purge());
  REQUIRE_FALSE(s->purge());
  CHECK_FALSE(s->owes_purge());
  // Again, with nothing but what has been held since.
  CHECK(erase(*s, alice).already);
  REQUIRE(hold(*s, "shop1", "hers, later", alice));
  CHECK_FALSE(erase(*s, alice).already);
  CHECK(texts(*s, "shop1") == lines{"his", "nobody's"});
  CHECK(s->owes_purge());
}

TEST_CASE("sealed octets open with their key, in their place, unchanged") {
  digest256 one{}, other{};
  other[0] = 1;
  const sealing_key key(one);
  for (const std::string& plain : {std::string(), std::string("x"), std::string(70000, 'y')}) {
    const std::string sealed = key.seal(plain, "here");
    CHECK(sealed.size() == plain.size() + sealing_key::overhead);
    CHECK(key.open(sealed, "here") == plain);
    CHECK(key.seal(plain, "here") != sealed);
    CHECK_FALSE(key.open(sealed, "there"));
    CHECK_FALSE(sealing_key(other).open(sealed, "here"));
    for (const std::size_t at : {std::size_t{0}, std::size_t{12}, sealed.size() - 1}) {
      std::string changed = sealed;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      CHECK_FALSE(key.open(changed, "here"));
    }
  }
  CHECK_FALSE(key.open("short", "here"));
}
