// schedule_delivery_time: SMPP 3.4, 7.1.1.
#include "smpp/delivery_time.h"

#include "tests/unit/catch.h"

using namespace std::chrono;
using smpp::delivery_time;

namespace {

// "2026-11-25 07:00:00"
sys_seconds utc(int y, unsigned mo, unsigned d, int h = 0, int mi = 0, int s = 0) {
  return sys_days{year{y} / month{mo} / day{d}} + hours{h} + minutes{mi} + seconds{s};
}
const sys_seconds now = utc(2026, 11, 25, 7, 0, 0);

}  // namespace

TEST_CASE("an absolute time is told with its distance from UTC") {
  CHECK(delivery_time("261125220000000+", now) == utc(2026, 11, 25, 22));
  CHECK(delivery_time("261125220000000-", now) == utc(2026, 11, 25, 22));
  CHECK(delivery_time("261125220000004+", now) == utc(2026, 11, 25, 21));         // one hour ahead of UTC
  CHECK(delivery_time("261125220000020-", now) == utc(2026, 11, 26, 3));          // five behind
  CHECK(delivery_time("261231233059922+", now) == utc(2026, 12, 31, 18, 0, 59));  // +05:30, tenths cut off
  CHECK(delivery_time("020610233429000+", now) == utc(2002, 6, 10, 23, 34, 29));  // the past
}

TEST_CASE("a relative time counts from now") {
  CHECK(delivery_time("000000000000000R", now) == now);
  CHECK(delivery_time("000000000001000R", now) == now + seconds{1});
  CHECK(delivery_time("000000150000000R", now) == now + hours{15});
  CHECK(delivery_time("000003000000000R", now) == utc(2026, 11, 28, 7));
  CHECK(delivery_time("020610233429000R", now) == utc(2029, 6, 5, 6, 34, 29));  // 2 years, 6 months, 10 days, 23:34:29
  CHECK(delivery_time("000300000000000R", utc(2026, 11, 30, 7)) == utc(2027, 2, 28, 7));
  CHECK(delivery_time("000000990000000R", now) == now + hours{99});
}

TEST_CASE("what is of neither form is none") {
  for (const char* text : {"", "0", "26112522000000", "2611252200000000+", "261125220000000", "261125220000000Z",
                           "261325220000000+", "260230220000000+", "261125240000000+", "261125226000000+",
                           "261125220000049+", "2611252200x0000+", "26112522 000000+", "-61125220000000+"})
    CHECK_FALSE(delivery_time(text, now));
}
