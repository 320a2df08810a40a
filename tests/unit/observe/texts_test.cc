#include "proxy/observe/metrics.h"
#include "proxy/observe/readable.h"
#include "proxy/observe/refusal_log.h"
#include "store/utf8.h"
#include "tests/unit/catch.h"

using namespace proxy;

TEST_CASE("what is not UTF-8 is written as escapes, all else stays") {
  CHECK(readable("") == "");
  CHECK(readable("dse_diag") == "dse_diag");
  CHECK(readable("\xC3\xA9t\xC3\xA9 \xF0\x9F\x99\x82") == "\xC3\xA9t\xC3\xA9 \xF0\x9F\x99\x82");
  CHECK(readable("\xE9t\xE9") == "\\xE9t\\xE9");  // Latin-1
  CHECK(readable("a\xC3") == "a\\xC3");           // cut in the middle of a character
  CHECK(readable("\xC3\xA9\xFF\xC3\xA9") == "\xC3\xA9\\xFF\xC3\xA9");
  CHECK(readable("\xED\xA0\x80") == "\\xED\\xA0\\x80");  // a surrogate
}

TEST_CASE("a sender whose name is not UTF-8 does not spoil the scrape") {
  metrics m;
  m.submits_of("\xE9t\xE9")->count(verdict::refused, reason::no_consent);
  m.count_opt_out("\xE9t\xE9", "mo_keyword");
  m.count_opt_in("\xE9t\xE9", "mo_keyword");
  const std::string text = m.text();
  CHECK(store::is_utf8(text));
  CHECK(text.find("sender=\"\\\\xE9t\\\\xE9\"") != std::string::npos);  // the format doubles backslashes
}

TEST_CASE("masked: a number keeps too few digits to be dialled") {
  CHECK(masked("33612345678") == "33612****78");
  CHECK(masked("+33612345678") == "+3361*****78");
  CHECK(masked("12345678") == "1234**78");
  CHECK(masked("1234567") == "123****");
  CHECK(masked("36111") == "36***");
  CHECK(masked("").empty());
}
