#include "proxy/server/descriptors.h"

#include "tests/unit/catch.h"

TEST_CASE("two descriptors for each connection, after what the gate needs itself") {
  CHECK(proxy::connections_within(65536) == 32268);
  CHECK(proxy::connections_within(20000) == 9500);
  CHECK(proxy::connections_within(2000) == 500);
  CHECK(proxy::connections_within(1024) == 256);
  CHECK(proxy::connections_within(0) == 1);
}
