// Who receives for a system_id.
#include "proxy/session/receivers.h"

#include "tests/unit/catch.h"

using proxy::receivers;

TEST_CASE("without a listener a sender is free at once") {
  receivers r;
  int freed = 0;
  const auto claim = r.receive("shop1", [&] { ++freed; });
  CHECK(claim.free());
  CHECK(r.claimed("shop1"));
  CHECK_FALSE(r.claimed("shop2"));
  CHECK(freed == 0);
}

TEST_CASE("a listener stays away while any sender receives, and is told when none does any more") {
  receivers r;
  int changes = 0;
  r.attach("shop1", [&] { ++changes; });
  std::optional<receivers::claim> one(r.receive("shop1", nullptr)), two(r.receive("shop1", nullptr));
  CHECK(changes == 2);
  CHECK_FALSE(r.enter("shop1"));
  one.reset();
  CHECK_FALSE(r.enter("shop1"));
  two.reset();
  CHECK(changes == 4);
  CHECK_FALSE(r.claimed("shop1"));
  CHECK(r.enter("shop1"));
  r.detach("shop1");
  const auto later = r.receive("shop1", nullptr);
  CHECK(changes == 4);
  CHECK(later.free());
}

TEST_CASE("a sender waits until the listener has left") {
  receivers r;
  int changes = 0, freed = 0;
  r.attach("shop1", [&] { ++changes; });
  REQUIRE(r.enter("shop1"));
  {
    const auto gone = r.receive("shop1", [&] { freed += 100; });
  }
  const auto claim = r.receive("shop1", [&] { ++freed; });
  CHECK_FALSE(claim.free());
  CHECK(changes == 3);
  r.leave("shop1");
  CHECK(freed == 1);
  CHECK(claim.free());
  r.leave("shop1");
  CHECK(freed == 1);
}

TEST_CASE("one of several delivers what was kept, and another when it has gone") {
  receivers r;
  std::optional<receivers::claim> one(r.receive("shop1", nullptr));
  auto two = r.receive("shop1", nullptr);
  auto other = r.receive("club1", nullptr);
  CHECK(two.delivers_kept());
  CHECK(two.delivers_kept());
  CHECK_FALSE(one->delivers_kept());
  CHECK(other.delivers_kept());
  {
    const receivers::claim moved(std::move(two));
    CHECK_FALSE(one->delivers_kept());
  }
  CHECK(one->delivers_kept());
}
