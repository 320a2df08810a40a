#include "store/correspondence.h"

#include <algorithm>
#include <thread>

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;
using namespace std::chrono_literals;

namespace {

hmac_sha256 a_key(std::string_view text = "secret") {
  return hmac_sha256(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};
constexpr std::size_t few = 64;

using channels = std::vector<channel_id>;

}  // namespace

TEST_CASE("who wrote to a number through which channel is known for 30 days") {
  correspondence c(a_key(), few);
  const channels both{c.channel_of("36111", "shop"), c.channel_of("36111", "club")};
  REQUIRE(both[0] != both[1]);
  CHECK(c.used({alice}, both, noon).empty());
  CHECK(c.wrote({alice}, both[1], noon));
  CHECK(c.used({alice}, both, noon) == channels{both[1]});
  CHECK(c.used({alice + 1}, both, noon).empty());
  CHECK(c.used({alice}, both, noon + 30 * 24h) == channels{both[1]});
  CHECK(c.used({alice}, both, noon + 30 * 24h + 1h).empty());
  CHECK(c.wrote({alice}, both[0], noon + 24h));
  CHECK(c.used({alice}, both, noon + 30 * 24h) == both);
  CHECK(c.used({alice}, both, noon + 31 * 24h) == channels{both[0]});
}

TEST_CASE("writing again renews, and within the hour changes nothing; an earlier time never takes back") {
  correspondence c(a_key(), few);
  const channel_id shop = c.channel_of("36111", "shop");
  CHECK(c.wrote({alice}, shop, noon));
  CHECK_FALSE(c.wrote({alice}, shop, noon + 59min));
  CHECK_FALSE(c.wrote({alice}, shop, noon - 48h));
  CHECK(c.wrote({alice}, shop, noon + 240h));
  CHECK(c.used({alice}, {{shop}}, noon + 960h) == channels{shop});
}

TEST_CASE("a channel is told by address and sender together") {
  const correspondence c(a_key(), few);
  CHECK(c.channel_of("ab", "c") != c.channel_of("a", "bc"));
  CHECK(c.channel_of("36111", "shop") == c.channel_of("36111", "shop"));
  CHECK(correspondence(a_key("other"), few).channel_of("36111", "shop") != c.channel_of("36111", "shop"));
}

TEST_CASE("what had to be forgotten early makes that the rest of its line is no answer, for 30 days") {
  correspondence c(a_key(), few);
  const channel_id shop = c.channel_of("36111", "shop"), club = c.channel_of("36111", "club");
  CHECK(c.wrote({alice}, shop, noon));
  // Seven of them share alice's line with her at last.
  std::uint64_t other = 33700000000;
  while (!c.used({alice}, {{shop}}, noon + 1h).empty() && other < 33700100000)
    c.wrote({++other}, club, noon + 1h);
  REQUIRE(other < 33700100000);
  CHECK(c.wrote({alice}, club, noon + 2h));
  // club alone would be wrong: shop wrote, too, and that is lost.
  CHECK(c.used({alice}, {{shop, club}}, noon + 2h).empty());
  CHECK(c.wrote({alice}, club, noon + 800h));
  CHECK(c.used({alice}, {{shop, club}}, noon + 800h) == channels{club});
}

TEST_CASE("a person is forgotten, and nobody else") {
  correspondence c(a_key(), few);
  const channels both{c.channel_of("36111", "shop"), c.channel_of("36111", "club")};
  for (const channel_id channel : both) {
    c.wrote({alice}, channel, noon);
    for (std::uint64_t i = 1; i < 50; ++i)
      c.wrote({alice + i}, channel, noon);
  }
  const auto known = [&] {
    std::size_t n = 0;
    for (std::uint64_t i = 1; i < 50; ++i)
      n += c.used({alice + i}, both, noon).size();
    return n;
  };
  const std::size_t before = known();
  REQUIRE(before > 0);
  c.forget({alice});
  CHECK(c.used({alice}, both, noon).empty());
  CHECK(known() == before);
}

TEST_CASE("what has changed is taken once, and loaded it answers the same") {
  correspondence c(a_key(), few), again(a_key(), few);
  const channel_id shop = c.channel_of("36111", "shop");
  CHECK(c.take_changed().empty());
  c.wrote({alice}, shop, noon);
  const auto lines = c.take_changed();
  REQUIRE(lines.size() == 1);
  CHECK(c.take_changed().empty());
  c.not_written(lines);
  CHECK(c.take_changed().size() == 1);
  CHECK(again.load(lines[0]));
  CHECK(again.used({alice}, {{shop}}, noon) == channels{shop});
  CHECK_FALSE(again.load({few, lines[0].octets}));
  CHECK_FALSE(again.load({0, "short"}));
}

TEST_CASE("several threads write at once, and nothing is lost that had a place") {
  correspondence c(a_key(), 1U << 14U);
  const channels both{c.channel_of("36111", "shop"), c.channel_of("36111", "club")};
  constexpr std::uint64_t numbers = 5000;
  {
    std::vector<std::jthread> threads;
    for (const std::size_t channel : {0, 1, 0, 1}) {
      threads.emplace_back([&, channel] {
        for (std::uint64_t i = 0; i < numbers; ++i)
          c.wrote({alice + i}, both[channel], noon);
      });
    }
  }
  std::size_t complete = 0;
  for (std::uint64_t i = 0; i < numbers; ++i)
    complete += c.used({alice + i}, both, noon) == both ? 1 : 0;
  CHECK(complete >= numbers - 50);  // a line in ten thousand holds more than seven
}

TEST_CASE("the store remembers across its end, and forgets who is erased") {
  temporary_folder folder;
  const bool hashed = GENERATE(false, true);
  channel_id shop = 0;
  {
    const auto s = opened(folder.path(), hashed);
    shop = s->channel_of("36111", "shop");
    s->wrote({alice}, shop, now());
    s->wrote({alice + 1}, shop, now());
  }
  {
    const auto s = opened(folder.path(), hashed);
    CHECK(s->used_lately({alice}, {{shop}}, now()) == channels{shop});
    record_one(*s, make(alice, event_kind::opt_out));
    erase(*s, alice);
    CHECK(s->used_lately({alice}, {{shop}}, now()).empty());
    CHECK(s->used_lately({alice + 1}, {{shop}}, now()) == channels{shop});
  }
  const auto s = opened(folder.path(), hashed);
  CHECK(s->used_lately({alice}, {{shop}}, now()).empty());
  CHECK(s->used_lately({alice + 1}, {{shop}}, now()) == channels{shop});
}
