#include "proxy/rules/bind_attempts.h"

#include "tests/unit/catch.h"

using namespace std::chrono_literals;
using proxy::bind_attempts;

namespace {

const bind_attempts::instant start{1000s};

bind_attempts::address address(std::uint32_t n) {
  return {0x20,
          0x01,
          0x0D,
          0xB8,
          static_cast<std::uint8_t>(n >> 24U),
          static_cast<std::uint8_t>(n >> 16U),
          static_cast<std::uint8_t>(n >> 8U),
          static_cast<std::uint8_t>(n)};
}

int admitted(bind_attempts& b, std::uint32_t who, std::uint32_t per_minute, bind_attempts::instant now, int asked) {
  int n = 0;
  for (int i = 0; i < asked; ++i)
    n += b.admit(address(who), per_minute, now) ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("each address has its attempts, and gets them back within a minute") {
  bind_attempts b;
  CHECK(admitted(b, 1, 6, start, 20) == 6);
  CHECK(admitted(b, 2, 6, start, 20) == 6);
  CHECK(admitted(b, 1, 6, start + 9999ms, 20) == 0);
  CHECK(admitted(b, 1, 6, start + 10s, 20) == 1);
  CHECK(admitted(b, 1, 6, start + 40s, 20) == 3);
  CHECK(admitted(b, 1, 6, start + 24h, 20) == 6);
  CHECK(admitted(b, 2, 1, start + 24h, 20) == 1);
}

TEST_CASE("more addresses than there is room for: those that tried most are remembered") {
  bind_attempts b;
  for (std::uint32_t who = 0; who < 100; ++who)
    CHECK(admitted(b, who, 10, start, 20) == 10);
  for (std::uint32_t who = 1000; who < 1000 + bind_attempts::most_addresses; ++who)
    CHECK(admitted(b, who, 10, start, 1) == 1);
  int still_limited = 0;
  for (std::uint32_t who = 0; who < 100; ++who)
    still_limited += admitted(b, who, 10, start, 1) == 0 ? 1 : 0;
  CHECK(still_limited == 100);
}

TEST_CASE("what is full again makes room without harm") {
  bind_attempts b;
  for (std::uint32_t who = 0; who < 3 * bind_attempts::most_addresses; ++who)
    b.admit(address(who), 10, start);
  CHECK(admitted(b, 7, 10, start + 1min, 20) == 10);
  CHECK(admitted(b, 7, 10, start + 1min, 20) == 0);
}
