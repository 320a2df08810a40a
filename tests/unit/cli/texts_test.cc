#include "proxy/cli/escapes.h"
#include "proxy/cli/table.h"
#include "tests/unit/catch.h"

using namespace proxy;

TEST_CASE("a line of classify: \\n, \\r and \\\\ are escapes, other backslashes stay") {
  CHECK(unescape("STOP") == "STOP");
  CHECK(unescape(R"(a\nb\rc\\d)") == "a\nb\rc\\d");
  CHECK(unescape(R"(\\n)") == "\\n");
  CHECK(unescape(R"(C:\temp\)") == "C:\\temp\\");
  CHECK(unescape("").empty());
}

TEST_CASE("percent encoding leaves only what is unreserved") {
  CHECK(percent_encode("+33 (0)6") == "%2B33%20%280%296");
  CHECK(percent_encode("list-2026_a.b~c") == "list-2026_a.b~c");
  CHECK(percent_encode("é/?&=#%") == "%C3%A9%2F%3F%26%3D%23%25");
  CHECK(percent_encode(std::string(1, '\0')) == "%00");
}

TEST_CASE("a number has a plus in front, a hash has none") {
  CHECK(with_plus("33612345678") == "+33612345678");
  CHECK(with_plus("hash:9f86d081884c7d65") == "hash:9f86d081884c7d65");
}

TEST_CASE("a table's columns are as wide as their widest cell") {
  CHECK(table({"scope", "state"}, {{"all", "opted_out"}, {"sender:shop", "opted_in"}}) ==
        "  scope        state\n"
        "  all          opted_out\n"
        "  sender:shop  opted_in\n");
}

TEST_CASE("a table counts characters and not octets, and leaves out columns without anything") {
  CHECK(table({"a", "unused", "b"}, {{"été", "", "1"}, {"plus", "", "2"}}) == "  a     b\n  été   1\n  plus  2\n");
}

TEST_CASE("a table shows no control characters") {
  CHECK(table({"source"}, {{"x\x1b[2J\ny"}}) == "  source\n  x [2J y\n");
  CHECK(table({"source"}, {{"x\xC2\x9B\x7F\xC2\xA0"}}) == "  source\n  x  \xC2\xA0\n");
}
