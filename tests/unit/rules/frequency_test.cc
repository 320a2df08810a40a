// So many messages to a number in any window, counted when they go.
#include "proxy/rules/frequency.h"

#include "proxy/rules/message_memory.h"
#include "store/instant.h"
#include "tests/unit/catch.h"

using namespace proxy;
using namespace std::chrono_literals;

namespace {

constexpr frequency_cap three_a_day{3, 24h};
constexpr recipient alice = 1, bob = 2;
const store::instant start = store::read_time("2026-11-25T07:00:00Z")->earliest;

struct counting {
  frequency_memory memory;
  frequency_cap cap = three_a_day;

  bool admit(store::instant::duration after, recipient who = alice, concatenated message = {}) {
    const auto a = memory.admit(who, message, cap, start + after, false);
    last = a.place;
    return a.within;
  }
  std::uint64_t last = 0;
};

}  // namespace

TEST_CASE("a rolling window, to the second") {
  counting c;
  CHECK(c.admit(0h));
  CHECK(c.admit(1h));
  CHECK(c.admit(2h));
  CHECK_FALSE(c.admit(3h));
  CHECK(c.admit(3h, bob));
  CHECK_FALSE(c.admit(24h - 1s));
  CHECK(c.admit(24h));
  CHECK_FALSE(c.admit(24h));
  CHECK_FALSE(c.admit(25h - 1us));
  CHECK(c.admit(25h));  // what was refused at 3h did not count
  CHECK(c.admit(26h));
  CHECK_FALSE(c.admit(27h));
  CHECK(c.memory.size() == 3);
  CHECK(c.admit(1000h));
  CHECK(c.memory.size() == 1);
  CHECK(c.memory.numbers() == 1);
}

TEST_CASE("never counted for less than the window") {
  counting c;
  c.cap = {1, 60s};
  CHECK(c.admit(500ms));
  CHECK_FALSE(c.admit(60s + 499ms));
  CHECK_FALSE(c.admit(60s + 999ms));
  CHECK(c.admit(61s));
}

TEST_CASE("observed messages beyond the cap count, too") {
  frequency_memory memory;
  const frequency_cap cap{1, 60s};
  CHECK(memory.admit(alice, {}, cap, start, true).within);
  const auto beyond = memory.admit(alice, {}, cap, start + 30s, true);
  CHECK_FALSE(beyond.within);
  CHECK(beyond.counted);
  CHECK_FALSE(memory.admit(alice, {}, cap, start + 60s, false).within);
  CHECK(memory.admit(alice, {}, cap, start + 90s, false).within);
}

TEST_CASE("what is taken back does not count") {
  counting c;
  c.cap = {1, 24h};
  CHECK(c.admit(0h));
  c.memory.take_back(bob, c.last);  // not bob's
  CHECK_FALSE(c.admit(1h));
  CHECK(c.admit(1h, bob));
  CHECK(c.admit(25h));
  c.memory.take_back(alice, c.last);
  c.memory.take_back(alice, c.last);  // once
  CHECK(c.admit(26h));
  CHECK_FALSE(c.admit(27h));
  c.memory.take_back(alice, 12345);  // never counted
  CHECK_FALSE(c.admit(27h));
  CHECK(c.admit(50h));
}

TEST_CASE("the parts of a message count once") {
  counting c;
  c.cap = {2, 24h};
  for (int part = 0; part < 3; ++part)
    CHECK(c.admit(0s, alice, {7, 3}));
  CHECK(c.memory.size() == 1);
  CHECK(c.admit(1s, alice, {7, 3}));  // all parts went: a message of the same reference
  CHECK(c.memory.size() == 2);
  CHECK(c.admit(2s, alice, {7, 3}));
  CHECK_FALSE(c.admit(2s, alice, {8, 3}));
  CHECK_FALSE(c.admit(2s, alice, {7, 2}));
  CHECK_FALSE(c.admit(2s));
  CHECK(c.admit(3s, alice, {7, 3}));
  CHECK_FALSE(c.admit(3s, alice, {7, 3}));
  CHECK(c.admit(0s, bob, {7, 3}));
  CHECK(c.admit(3601s, bob, {7, 3}));  // a part an hour later is another message's
  CHECK_FALSE(c.admit(3602s, bob, {9, 3}));
}

TEST_CASE("a message stays counted while a part of it is under way") {
  counting c;
  c.cap = {1, 24h};
  CHECK(c.admit(0s, alice, {7, 2}));
  CHECK(c.admit(0s, alice, {7, 2}));
  const std::uint64_t place = c.last;
  c.memory.take_back(alice, place);
  CHECK_FALSE(c.admit(1s));
  CHECK(c.admit(1s, alice, {7, 2}));  // the part again
  c.memory.take_back(alice, place);
  c.memory.take_back(alice, place);
  CHECK(c.admit(2s));
}

TEST_CASE("memory is bounded: the oldest are forgotten, and counted") {
  frequency_memory memory(100);
  for (recipient who = 1; who <= 150; ++who)
    CHECK(memory.admit(who, {}, {1, 24h}, start, false).within);
  CHECK(memory.size() == 100);
  CHECK(memory.numbers() == 100);
  CHECK(memory.forgotten() == 50);
  CHECK(memory.admit(50, {}, {1, 24h}, start, false).within);
  CHECK_FALSE(memory.admit(150, {}, {1, 24h}, start, false).within);
}

TEST_CASE("what was recorded counts after a restart") {
  counting before;
  CHECK(before.admit(0h));
  CHECK(before.admit(1h, bob));
  CHECK(before.admit(2h));
  before.memory.take_back(alice, before.last);
  CHECK(before.admit(3h));
  CHECK(before.admit(4h, alice, {7, 2}));
  const auto records = before.memory.take_changes();
  CHECK(records.size() == 6);
  CHECK(before.memory.take_changes().empty());

  counting after;
  for (const frequency_record& r : records)
    after.memory.restore(r);
  for (const frequency_record& r : records)
    after.memory.restore(r);  // twice changes nothing
  CHECK(after.memory.take_changes().empty());
  CHECK(after.memory.size() == 5);
  CHECK(after.admit(4h + 1s, alice, {7, 2}));  // the rest of the message
  CHECK_FALSE(after.admit(5h));
  CHECK(after.admit(24h));
  CHECK_FALSE(after.admit(25h));
  CHECK(after.admit(27h));
  CHECK(after.memory.take_changes().front().place > records.back().place);
}

TEST_CASE("numbers are remembered as hashes under a key") {
  message_memory one("k1"), same("k1"), other("k2");
  const store::number n{33612345678};
  CHECK(one.recipient_of(n) == same.recipient_of(n));
  CHECK(one.recipient_of(n) != other.recipient_of(n));
  CHECK(one.recipient_of(n) != one.recipient_of({33612345679}));
  CHECK(one.frequency_of("shop") == one.frequency_of("shop"));
  CHECK(one.frequency_of("shop") != one.frequency_of("club"));
}
