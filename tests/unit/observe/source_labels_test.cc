#include "proxy/observe/source_labels.h"

#include "tests/unit/catch.h"

using namespace proxy;

TEST_CASE("source_labels: bounded, and the same source keeps its label") {
  source_labels labels(2);
  CHECK(labels.of("") == "none");
  CHECK(labels.of("a") == "a");
  CHECK(labels.of("call 33612345678") == "call ***********");
  CHECK(labels.of("b") == "other");
  CHECK(labels.of("a") == "a");
  CHECK(labels.of("call 33612345679") == "call ***********");
}
