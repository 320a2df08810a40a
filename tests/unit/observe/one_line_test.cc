#include "proxy/observe/one_line.h"

#include "tests/unit/catch.h"

using proxy::without_controls;

TEST_CASE("what is left of control characters in JSON is escaped, and nothing else") {
  CHECK(without_controls(R"({"a":"b\n"})") == R"({"a":"b\n"})");
  CHECK(without_controls("\"a\x7F\"") == R"("a\u007f")");
  CHECK(without_controls("\"\xC2\x80\xC2\x9B\xC2\x9F\"") == R"("\u0080\u009b\u009f")");
  CHECK(without_controls("\"\xC2\xA0\xC3\xA9\xE2\x82\xAC\"") == "\"\xC2\xA0\xC3\xA9\xE2\x82\xAC\"");
  CHECK(without_controls("\xC2") == "\xC2");
}
