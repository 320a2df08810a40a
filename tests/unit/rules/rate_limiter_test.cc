#include "proxy/rules/rate_limiter.h"

#include <thread>
#include <vector>

#include "tests/unit/catch.h"

using namespace std::chrono_literals;
using proxy::rate_limiter;

namespace {

const rate_limiter::instant start{1000s};

int passed(rate_limiter& l, std::uint32_t per_second, rate_limiter::instant now, int asked) {
  int n = 0;
  for (int i = 0; i < asked; ++i)
    n += l.take(per_second, now) ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("the messages of one second go at once, then one by one") {
  for (const std::uint32_t rate : {1U, 3U, 7U, 100U, 999U, 1000000U}) {
    rate_limiter l;
    const int all = static_cast<int>(rate);
    CHECK(passed(l, rate, start, all + 5) == all);
    const auto one = std::chrono::nanoseconds(1s) / rate;
    CHECK(passed(l, rate, start + one - 1ns, 2) == 0);
    CHECK(passed(l, rate, start + one, 2) == 1);
    CHECK(passed(l, rate, start + one * 4, 9) == std::min(all, 3));
    CHECK(passed(l, rate, start + 24h, all + 5) == all);  // silence is worth a second, not more
  }
}

TEST_CASE("what is refused takes nothing, what is promised is taken") {
  rate_limiter l;
  CHECK(l.promise({10}, start) == start);
  CHECK(passed(l, 10, start, 9) == 9);
  for (int i = 0; i < 1000; ++i)
    CHECK_FALSE(l.take(10, start));
  CHECK(l.promise({10}, start) == start + 100ms);
  CHECK(l.promise({10}, start + 50ms) == start + 200ms);
  CHECK(l.promise({10, 3}, start) == start + 500ms);  // the last of the three
  CHECK(passed(l, 10, start + 500ms, 1) == 0);
  CHECK(passed(l, 10, start + 600ms, 2) == 1);
  CHECK(l.promise({10}, start + 24h) == start + 24h);
  CHECK(l.promise({10, 25}, start + 48h) == start + 48h + 1500ms);  // more than a bucket holds
}

TEST_CASE("what is given back is promised again") {
  rate_limiter l;
  CHECK(passed(l, 10, start, 10) == 10);
  CHECK(l.promise({10, 7}, start) == start + 700ms);
  l.give_back({10, 7});
  CHECK(l.promise({10}, start) == start + 100ms);
  l.give_back({10});
  CHECK(passed(l, 10, start + 99ms, 1) == 0);
  CHECK(passed(l, 10, start + 100ms, 2) == 1);
  l.promise({10}, start + 100ms);
  l.give_back({10});  // late
  CHECK(passed(l, 10, start + 24h, 20) == 10);
}

TEST_CASE("another rate counts from the next message on") {
  rate_limiter l;
  CHECK(passed(l, 1000, start, 1000) == 1000);
  CHECK(passed(l, 2, start + 500ms, 5) == 1);
  CHECK(passed(l, 1000, start + 500ms, 1000) == 0);
  CHECK(passed(l, 1000, start + 600ms, 1000) == 100);
}

TEST_CASE("threads share one bucket") {
  rate_limiter l;
  std::atomic<int> all{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { all += passed(l, 500, start, 1000); });
  for (auto& t : threads)
    t.join();
  CHECK(all == 500);
}
