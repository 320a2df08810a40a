#include "tests/unit/config/loading.h"

using testing::errors_after_upstreams;

TEST_CASE("scheduled messages are cancelled where that is asked for") {
  CHECK_FALSE(testing::valid_after_upstreams("").cancel_scheduled);
  CHECK_FALSE(testing::valid_after_upstreams("opt_out: {cancel_scheduled: off}\n").cancel_scheduled);
  CHECK(testing::valid_after_upstreams("opt_out: {cancel_scheduled: on}\n").cancel_scheduled);
  CHECK(errors_after_upstreams("opt_out: {cancel_scheduled: maybe}\n") ==
        std::vector<std::string>{"2:29: `opt_out.cancel_scheduled` is `maybe`; it must be one of on, off"});
}
