#include "tests/unit/config/loading.h"

using namespace proxy;
using testing::errors_after_upstreams;
using lines = std::vector<std::string>;

TEST_CASE("an operator adds no phrases by default") {
  CHECK(testing::valid_after_upstreams("").classify == own_phrases{});
}

TEST_CASE("phrases of the operator's are taken as they are written") {
  const config c =
      testing::valid_after_upstreams("classify: {opt_out: [adieu facteur], ignore: [\"stop and shop\"]}\n");
  CHECK(c.classify.opt_out == lines{"adieu facteur"});
  CHECK(c.classify.ignore == lines{"stop and shop"});
  CHECK(c.classify.help.empty());
}

TEST_CASE("a phrase without a word is refused where it stands") {
  CHECK(errors_after_upstreams("classify: {help: [aide, \"!!\"]}\n") ==
        lines{"2:25: `classify.help[1]`: `!!` has no letter"});
  CHECK(errors_after_upstreams("classify: {opt_out: [\"[nott] this\"]}\n").size() == 1);
}
