#include "store/sent_messages.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;
using namespace std::chrono_literals;

namespace {

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};
constexpr number her{alice}, bob{33687654321};
using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("what was sent to whom, until it is old or there is too much of it") {
  int changes = 0;
  sent_messages sent([&] { ++changes; }, 3);
  CHECK(sent.empty());
  sent.add({her, noon, "1f"});
  sent.add({her, noon + 1h, "a"});
  sent.add({bob, noon + 2h, "b"});
  CHECK(changes == 3);
  CHECK(sent.ids_to(her) == ids{"1f", "a"});
  CHECK(sent.ids_to({alice + 1}).empty());
  sent.add({bob, noon + 3h, "c"});
  CHECK(sent.ids_to(her) == ids{"a"});
  sent.forget(noon + 3h);
  CHECK(sent.ids_to(her).empty());
  CHECK(sent.ids_to(bob) == ids{"c"});
  sent.forget(noon + 4h);
  CHECK(sent.empty());
}

TEST_CASE("what was sent, as it is stored") {
  const std::string octets = encode(sent_message{her, noon, "m1"});
  const auto back = decode_sent_message(octets);
  REQUIRE(back);
  CHECK(back->to == her);
  CHECK(back->at == noon);
  CHECK(back->message_id == "m1");
  for (std::size_t n = 0; n < octets.size(); ++n)
    CHECK_FALSE(decode_sent_message(std::string_view(octets).substr(0, n)));
}

TEST_CASE("what could not be written is due again, as it is then") {
  sent_messages sent([] {});
  sent.add({her, noon, "a"});
  sent.add({her, noon, "b"});
  const auto taken = sent.take_changed();
  REQUIRE(taken.size() == 2);
  CHECK(sent.take_changed().empty());
  sent.forget(noon + 1h);
  sent.not_written(taken);
  const auto again = sent.take_changed();
  REQUIRE(again.size() == 2);
  CHECK_FALSE(again[0].now);
}

TEST_CASE("a restart knows what was sent, also to whom an erasure has made a hash") {
  for (const bool hashed : {false, true}) {
    temporary_folder folder;
    {
      const auto s = opened(folder.path(), hashed);
      s->sent(her, "m1", noon);
      s->sent(bob, "m2", noon);
      CHECK(s->sent_ids(her) == ids{"m1"});
    }
    {
      const auto s = opened(folder.path(), hashed);
      CHECK(s->has_sent());
      CHECK(s->sent_ids(her) == ids{"m1"});
      erase(*s, alice);
      CHECK(s->sent_ids(her) == ids{"m1"});
      s->sent(her, "m3", noon + 1h);
      CHECK(s->sent_ids(her) == ids{"m1", "m3"});
    }
    const auto s = opened(folder.path(), hashed);
    CHECK(s->sent_ids(her) == ids{"m1", "m3"});
    s->forget_sent(noon + 1h);
    CHECK(s->sent_ids(bob).empty());
  }
}
