#include "proxy/server/password_checker.h"

#include <future>

#include "tests/unit/catch.h"

using namespace proxy;

namespace {

password_hash quick(const std::string& text) {
  return std::get<password_hash>(read_password_hash(text));
}

// "secret", with a cost that a test can pay often.
const std::string of_secret = "$scrypt$ln=10,r=1,p=1$MTIzNDU2Nzg$amepOxOLtjfgWZc6AvqVcg";

bool ask(password_checker& c, const std::string& system_id, const std::string& password) {
  std::promise<bool> told;
  REQUIRE(c.check({system_id, password, quick(of_secret)}, [&](bool right) { told.set_value(right); }));
  return told.get_future().get();
}

}  // namespace

TEST_CASE("right is right, also the second time, and wrong stays wrong") {
  password_checker c;
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(ask(c, "shop1", "guess"));
    CHECK(ask(c, "shop1", "secret"));
    CHECK_FALSE(ask(c, "shop1", "Secret"));
    CHECK_FALSE(ask(c, "shop1", ""));
  }
  CHECK(ask(c, "shop2", "secret"));
}

TEST_CASE("another hash is looked at anew") {
  password_checker c;
  CHECK(ask(c, "shop1", "secret"));
  std::promise<bool> told;
  CHECK(c.check({"shop1", "secret", stand_in_for(quick(of_secret))}, [&](bool right) { told.set_value(right); }));
  CHECK_FALSE(told.get_future().get());
}

TEST_CASE("guesses wait in a queue that has an end, who was right before does not") {
  password_checker c;
  CHECK(ask(c, "shop1", "secret"));
  const password_hash slow = hash_password("x");
  std::atomic<int> told{0};
  int taken = 0;
  while (c.check({"shop1", "guess", slow}, [&](bool) { ++told; }))
    ++taken;
  CHECK(taken >= 1000);
  CHECK(taken <= 1100);
  bool at_once = false;
  CHECK(c.check({"shop1", "secret", quick(of_secret)}, [&](bool right) { at_once = right; }));
  CHECK(at_once);
  c.stop();
  CHECK(told < taken);
}
