#include "proxy/admin/uri.h"

#include "tests/unit/catch.h"

using namespace proxy;

TEST_CASE("percent-encoding is undone, and a broken one refused") {
  CHECK(percent_decode("a%2Bb+c", plus_sign::literal) == "a+b+c");
  CHECK(percent_decode("a%2bb+c", plus_sign::space) == "a+b c");
  CHECK(percent_decode("%C3%A9", plus_sign::literal) == "\xC3\xA9");
  for (const char* broken : {"%", "%2", "%zz", "a%2", "%00", "%E9t%E9", "%C3"})
    CHECK_FALSE(percent_decode(broken, plus_sign::literal));
}

TEST_CASE("a target is cut into segments before they are decoded") {
  const auto t = std::get<request_target>(read_target("/v1/numbers/+33%206%2F1?x=a%26b&flag&number=%2B33"));
  CHECK(t.segments == std::vector<std::string>{"v1", "numbers", "+33 6/1"});
  CHECK(t.query == std::map<std::string, std::string>{{"flag", ""}, {"number", "+33"}, {"x", "a&b"}});
  CHECK(std::get<request_target>(read_target("/")).segments.empty());
  CHECK(std::get<request_target>(read_target("/v1/")).segments == std::vector<std::string>{"v1", ""});
}

TEST_CASE("what is wrong with a target is said") {
  CHECK(std::get<std::string>(read_target("v1")).find("start with /") != std::string::npos);
  CHECK(std::get<std::string>(read_target("/%")).find("path") != std::string::npos);
  CHECK(std::get<std::string>(read_target("/?a=%4")).find("query") != std::string::npos);
  CHECK(std::get<std::string>(read_target("/?a=1&a=2")).find("a is given twice") != std::string::npos);
}

TEST_CASE("a plus sign that a query turned into a space comes back where only a plus makes sense") {
  CHECK(number_from_query(" 33612345678") == "+33612345678");
  CHECK(number_from_query("33 6") == "33 6");
  CHECK(time_from_query("2026-01-01T10:00:00 01:00") == "2026-01-01T10:00:00+01:00");
  CHECK(time_from_query("2026-01-01 10:00") == "2026-01-01 10:00");
  CHECK(time_from_query("2026-01-01") == "2026-01-01");
}

TEST_CASE("a target may be a whole address, as clients behind a proxy write it") {
  CHECK(std::get<request_target>(read_target("http://gate:9775/v1/events?after=1")).segments ==
        std::vector<std::string>{"v1", "events"});
  CHECK(std::get<request_target>(read_target("http://gate:9775")).segments.empty());
  CHECK(std::holds_alternative<std::string>(read_target("*")));
}
