#include "proxy/observe/refusal_log.h"
#include "tests/unit/catch.h"

using namespace proxy;

TEST_CASE("masked: a number keeps too few digits to be dialled") {
  CHECK(masked("33612345678") == "33612****78");
  CHECK(masked("+33612345678") == "+3361*****78");
  CHECK(masked("12345678") == "1234**78");
  CHECK(masked("1234567") == "123****");
  CHECK(masked("36111") == "36***");
  CHECK(masked("").empty());
}
