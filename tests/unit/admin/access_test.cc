// What the record of access says of a request, and that nothing is told without it.
#include "proxy/admin/access_log.h"
#include "tests/unit/admin/running_api.h"
#include "tests/unit/catch.h"

using namespace testing;

namespace {

std::vector<boost::json::object> uses(const running_api& api, const std::string& query = "") {
  const auto a = api.get("/v1/access" + query);
  CHECK(a.status == 200);
  CHECK(a.header("content-type") == "application/x-ndjson");
  std::vector<boost::json::object> all;
  for (std::size_t at = 0; at < a.body.size(); at = a.body.find('\n', at) + 1)
    all.push_back(boost::json::parse(a.body.substr(at, a.body.find('\n', at) - at)).as_object());
  return all;
}

store::access_use of(const std::string& target, std::string_view route, std::vector<std::string> captured = {}) {
  proxy::request r;
  r.method = "GET";
  r.actor = "vera";
  r.target = std::get<proxy::request_target>(proxy::read_target(target));
  r.captured = std::move(captured);
  return proxy::use_of(r, route, {.country_code = "33"});
}

}  // namespace

TEST_CASE("every use of a token is told, oldest first, the refused ones too") {
  running_api api;
  api.ask(api.text_of("GET", "/v1/numbers/0612345678", "", "", "vera"));
  api.ask(api.text_of("GET", "/v1/decision?number=+33612345678&sender=diagnostics", "", "", "carl"));
  api.post("/v1/events", opt_in_json("33612345678"));
  api.ask(api.text_of("DELETE", "/v1/numbers/33612345678?reason=x", "", "", "vera"));
  api.ask(api.text_of("HEAD", "/v1/events?number=33600000001&source=site&limit=5", "", "", "vera"));
  api.get("/v1/nothing/33612345678");
  api.ask("GET /v1/events HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer wrong\r\n\r\n");
  api.ask("GET /healthz HTTP/1.1\r\nHost: gate\r\n" + api.authorization() + "\r\n");
  const auto all = uses(api);
  REQUIRE(all.size() == 6);
  const auto check = [&](std::size_t i, const char* token, const char* method, const char* route, unsigned status) {
    INFO(i);
    CHECK(all[i].at("token") == token);
    CHECK(all[i].at("method") == method);
    CHECK(all[i].at("route") == route);
    CHECK(all[i].at("status") == status);
    if (i > 0) CHECK(all[i].at("time").as_string() > all[i - 1].at("time").as_string());
  };
  check(0, "vera", "GET", "/v1/numbers/{}", 200);
  check(1, "carl", "GET", "/v1/decision", 200);
  check(2, "admin", "POST", "/v1/events", 201);
  check(3, "vera", "DELETE", "/v1/numbers/{}", 403);
  check(4, "vera", "HEAD", "/v1/events", 200);
  check(5, "admin", "GET", "", 404);
  CHECK(all[0].at("number") == all[1].at("number"));
  CHECK(all[0].at("number") == all[3].at("number"));
  CHECK(all[0].at("number") != all[4].at("number"));
  CHECK(all[0].at("number").as_string().starts_with("hash:"));
  CHECK(all[1].at("filter") == "sender=diagnostics");
  CHECK(all[4].at("filter") == "limit=5&source=site");
  CHECK_FALSE(all[2].contains("number"));

  CHECK(uses(api, "?number=33612345678").size() == 3);
  CHECK(uses(api, "?number=0612345678&token=vera").size() == 2);
  CHECK(uses(api, "?number=33612345678&limit=1").size() == 1);
  CHECK(uses(api, "?token=carl").size() == 1);
  CHECK(uses(api, "?to=2020-01-01").empty());
  CHECK(uses(api, "?limit=0").empty());
  const std::string third(all[2].at("time").as_string());
  CHECK(uses(api, "?token=vera&from=" + third).size() == 2);
  CHECK(uses(api, "?token=vera&to=" + third).size() == 1);
  // Reading it is in it.
  CHECK(uses(api, "?token=admin").back().at("filter").as_string() == "to=" + third + "&token=vera");
  for (const char* wrong : {"limit=100001", "number=1", "from=then", "tokn=x"})
    CHECK(api.get(std::string("/v1/access?") + wrong).status == 400);
}

TEST_CASE("no number gets into the record by another way") {
  const auto filter = [](const std::string& query) { return of("/v1/events?" + query, "/v1/events").filter; };
  CHECK(filter("number=33612345678&after=33612345678") == "");
  CHECK(filter("source=33612345678") == "source=...");
  CHECK(filter("source=call+with+06+12-34.56(78)") == "source=...");
  CHECK(filter("source=list+2026-11&limit=10") == "limit=10&source=list 2026-11");
  CHECK(filter("from=33612345678&to=2026-01-01T10:00:00.123456%2B01:00") ==
        "from=...&to=2026-01-01T10:00:00.123456+01:00");
  CHECK(filter("source=a%26b%25") == "source=a%26b%25");
  CHECK(filter("reason=33612345678") == "");
  CHECK(of("/v1/sources/x/recall", "/v1/sources/{}/recall", {"list"}).filter == "sources=list");
  CHECK(of("/v1/sources/x/recall", "/v1/sources/{}/recall", {"33612345678"}).filter == "sources=...");
  CHECK(of("/v1/numbers/x", "/v1/numbers/{}", {"0612345678"}).about == store::number{33612345678});
  CHECK_FALSE(of("/v1/numbers/x", "/v1/numbers/{}", {"12"}).about);
  running_api api;
  api.ask(api.text_of("33612345678", "/v1/events"));
  CHECK(uses(api).front().at("method") == "other");
}

TEST_CASE("the record is told in pieces, whole") {
  running_api api;
  for (int i = 0; i < 9000; ++i)
    api.consents().record_access({"vera", "GET", "/v1/numbers/{}", "", store::number{33600000000U + i}, 200},
                                 [](const auto&) {});
  CHECK_FALSE(api.consents().record_access_and_wait({"carl", "GET", "/v1/events", "", {}, 200}));
  CHECK(uses(api, "?limit=100000&token=vera").size() == 9000);
  CHECK(uses(api, "?limit=5000&token=vera").size() == 5000);
  CHECK(uses(api, "?number=33600008999&token=vera").size() == 1);
  CHECK(uses(api, "?token=carl").size() == 1);
}
