#include "proxy/observe/source_labels.h"

#include "tests/unit/catch.h"

using namespace proxy;

TEST_CASE("without_numbers: what could be dialled is masked, dates and words stay") {
  CHECK(without_numbers("site form") == "site form");
  CHECK(without_numbers("list-2026-03-01") == "list-2026-03-01");
  CHECK(without_numbers("list 20260301 v2") == "list 20260301 v2");
  CHECK(without_numbers("call from +33612345678") == "call from +***********");
  CHECK(without_numbers("+33 6 12 34 56 78, noon") == "+** * ** ** ** **, noon");
  CHECK(without_numbers("06.12.34.56.78 x") == "**.**.**.**.** x");
  CHECK(without_numbers("").empty());
}

TEST_CASE("source_labels: bounded, and the same source keeps its label") {
  source_labels labels(2);
  CHECK(labels.of("") == "none");
  CHECK(labels.of("a") == "a");
  CHECK(labels.of("call 33612345678") == "call ***********");
  CHECK(labels.of("b") == "other");
  CHECK(labels.of("a") == "a");
  CHECK(labels.of("call 33612345679") == "call ***********");
}
