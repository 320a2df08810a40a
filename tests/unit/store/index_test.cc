// The index against a plain map: whatever happens to a number, both know the same of it.
#include "store/index.h"

#include <map>
#include <random>

#include "tests/unit/catch.h"

namespace store {
namespace {

using namespace std::chrono_literals;

instant at(std::int64_t seconds) {
  return instant{std::chrono::seconds{seconds}};
}

fact opt_in(std::int64_t seconds, std::uint64_t sequence) {
  fact f;
  f.occurred_at = at(seconds);
  f.sequence = sequence;
  f.scope = 1;
  f.source = 1;
  return f;
}

// Some facts fit a slot, some do not: several of a number, an act before 1970, a sequence of more than 36 bits, an
// expiry of its own for each.
fact any_fact(std::mt19937_64& random) {
  fact f = opt_in(1'700'000'000 + static_cast<std::int64_t>(random() % 1000), 1 + random() % 1000000);
  f.occurred_at += std::chrono::microseconds{random() % 3};
  f.scope = static_cast<scope_id>(random() % 3);
  f.source = static_cast<source_id>(random() % 3);
  switch (random() % 8) {
    case 0:
      f.opt_out = true;
      break;
    case 1:
      f.by_reply = true;
      break;
    case 2:
      f.occurred_at = at(-1000 - static_cast<std::int64_t>(random() % 10));
      break;
    case 3:
      f.sequence = (std::uint64_t{1} << 36U) + random() % 10;
      break;
    case 4:
      f.expires_at = f.occurred_at + std::chrono::days{random() % 1000};
      break;
    case 5:
      f.expires_at = at(1'800'000'000 + static_cast<std::int64_t>(random() % 1000000));
      break;
    default:
      break;
  }
  return f;
}

}  // namespace

TEST_CASE("the index knows what a plain map knows") {
  std::mt19937_64 random(20260101);
  index tested;
  if (GENERATE(true, false)) tested.reserve(20000);
  std::map<std::uint64_t, std::vector<fact>> plain;
  for (int step = 0; step < 200000; ++step) {
    const number who{33600000000 + random() % 40000 + (random() % 50 == 0 ? std::uint64_t{1} << 63U : 0)};
    if (random() % 4 != 0) {
      const fact f = any_fact(random);
      tested.merge(who, f);
      merge(plain[who.digits], f);
    } else {
      std::vector<fact> known;
      for (auto n = random() % 3; n > 0; --n)
        merge(known, any_fact(random));
      tested.replace(who, known);
      plain[who.digits] = known;
    }
  }
  std::uint64_t numbers = 0, hashes = 0;
  for (const auto& [digits, known] : plain) {
    CAPTURE(digits);
    REQUIRE(tested.facts({digits}) == known);
    REQUIRE(tested.contains({digits}) == !known.empty());
    numbers += !known.empty();
    hashes += !known.empty() && number{digits}.is_hash();
  }
  CHECK(tested.numbers() == numbers);
  CHECK(tested.hashes() == hashes);
  CHECK_FALSE(tested.contains({33700000000}));
}

TEST_CASE("more expiries than there is room for are all kept") {
  index tested;
  for (std::uint64_t i = 0; i < profiles::most + std::uint64_t{1000}; ++i) {
    fact f = opt_in(1'700'000'000, i + 1);
    f.expires_at = f.occurred_at + std::chrono::seconds{i * 86400 + 1};
    tested.merge({33600000000 + i}, f);
  }
  for (std::uint64_t i = 0; i < profiles::most + std::uint64_t{1000}; ++i) {
    const std::vector<fact> known = tested.facts({33600000000 + i});
    REQUIRE(known.size() == 1);
    REQUIRE(known.front().expires_at == at(1'700'000'000) + std::chrono::seconds{i * 86400 + 1});
    REQUIRE(known.front().sequence == i + 1);
  }
}

TEST_CASE("a number of one scope takes at most 24 octets") {
  constexpr std::uint64_t numbers = 2'000'000;
  index tested;
  const std::uint64_t fixed = tested.octets();
  tested.reserve(numbers);
  for (std::uint64_t i = 0; i < numbers; ++i)
    tested.merge({33600000000 + i * 7}, opt_in(1'700'000'000 + static_cast<std::int64_t>(i), i + 1));
  CHECK(tested.octets() - fixed <= 24 * numbers);
}

}  // namespace store
