// What the resources answer, over a socket and with a real store.
#include <thread>

#include "tests/unit/admin/running_api.h"
#include "tests/unit/catch.h"

using namespace testing;

namespace {

std::string opt_out(const std::string& number, const std::string& scope = "group:dse") {
  return R"({"number":")" + number + R"(","event":"opt_out","scope":")" + scope + R"("})";
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

boost::json::value finished_import(const running_api& api, const std::string& location) {
  while (true) {
    auto report = api.get(location).json();
    if (report.at("state") == "done" || report.at("state") == "failed") return report;
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("one event is recorded and comes back as stored") {
  running_api api;
  const auto a = api.post("/v1/events", opt_in_json("+33 6 12 34 56 78"));
  REQUIRE(a.status == 201);
  CHECK(a.header("location") == "/v1/numbers/33612345678/events");
  CHECK(a.header("content-type") == "application/json");
  const auto e = a.json().as_object();
  CHECK(e.at("number") == "33612345678");
  CHECK(e.at("sequence") == 1);
  CHECK(e.at("actor") == "admin");
  CHECK(e.at("id").as_string().size() == 36);
  CHECK_FALSE(e.contains("warnings"));
  const auto stored = api.get("/v1/events");
  CHECK(stored.header("content-type") == "application/x-ndjson");
  CHECK(stored.json() == a.json());
}

TEST_CASE("an array is recorded whole or not at all") {
  running_api api;
  const auto refused =
      api.post("/v1/events", "[" + opt_out("33612345678") + R"(,{"number":"x","event":"opt_out"},{"scope":3}])");
  REQUIRE(refused.status == 422);
  const auto errors = refused.json().at("errors").as_array();
  CHECK(errors.size() == 3);
  CHECK(errors.at(0).at("index") == 1);
  CHECK(errors.at(2).at("index") == 2);
  CHECK(errors.at(2).at("field") == "scope");
  CHECK(api.get("/v1/events").body.empty());

  const auto taken =
      api.post("/v1/events", "[" + opt_out("33612345678", "sender:later") + "," + opt_out("33612345679") + "]");
  REQUIRE(taken.status == 201);
  const auto events = taken.json().as_array();
  REQUIRE(events.size() == 2);
  CHECK(events.at(0).at("warnings").as_array().size() == 1);
  CHECK_FALSE(events.at(1).as_object().contains("warnings"));
  CHECK(events.at(1).at("sequence") == 2);
  CHECK(api.post("/v1/events", "[]").body == "[]\n");
}

TEST_CASE("the same opt-out posted again is another event, so that it blocks again after a lift") {
  running_api api;
  CHECK(api.post("/v1/events", opt_out("33612345678")).json().at("sequence") == 1);
  CHECK(api.post("/v1/events", opt_out("33612345678")).json().at("sequence") == 2);
}

TEST_CASE("what is entered is counted, by no name that is not configured") {
  running_api api;
  REQUIRE(api.post("/v1/events", "[" + opt_in_json("33612345678") + "," + opt_out("33612345678", "sender:later") + "," +
                                     opt_out("33612345679") + "]")
              .status == 201);
  REQUIRE(api.post("/v1/events", opt_out("x")).status == 422);
  const std::string text = api.get("/metrics").body;
  CHECK(text.find("consentgate_opt_ins_total{method=\"web_form\",sender=\"diagnostics\"} 1\n") != std::string::npos);
  CHECK(text.find("consentgate_opt_outs_total{method=\"\",sender=\"\"} 2\n") != std::string::npos);
  CHECK(text.find("later") == std::string::npos);
}

TEST_CASE("nobody enters what only the gate may write") {
  running_api api;
  for (const char* method : {"mo_keyword", "double_opt_in", "carrier"}) {
    std::string forged = opt_in_json("33612345678");
    forged.replace(forged.find("web_form"), 8, method);
    CHECK(api.post("/v1/events", forged).status == 422);
  }
  CHECK(api.post("/v1/events", R"({"number":"33612345678","event":"opt_out","scope":"all","actor":"gate"})").status ==
        422);
  CHECK(api.get("/v1/events").body.empty());
}

TEST_CASE("broken JSON is told with its place") {
  running_api api;
  const auto detail = [&](const std::string& body) {
    const auto a = api.post("/v1/events", body);
    CHECK(a.status == 400);
    CHECK(a.header("content-type") == "application/problem+json");
    return std::string(a.json().at("detail").as_string());
  };
  CHECK(detail("{\n  \"number\": 'x'}").find("line 2, column 13") != std::string::npos);
  CHECK(detail("{} {}").find("line 1, column 4") != std::string::npos);
  CHECK(detail("").find("not JSON") != std::string::npos);
  CHECK(detail("{\"a\":").find("not JSON") != std::string::npos);
}

TEST_CASE("a number's state, history and decisions") {
  running_api api;
  CHECK(
      api.get("/v1/numbers/33612345678").json() ==
      boost::json::parse(
          R"({"number":"33612345678","scopes":[],"senders":[{"sender":"diagnostics","verdict":"refused","reason":"no_consent"},)"
          R"({"sender":"alerts","verdict":"forwarded","reason":"none"}]})"));
  REQUIRE(api.post("/v1/events", opt_in_json("33612345678")).status == 201);
  const auto consented = api.get("/v1/numbers/+33612345678").json();
  CHECK(
      consented.at("scopes") ==
      boost::json::parse(
          R"([{"scope":"sender:diagnostics","state":"opted_in","since":"2026-01-01T10:00:00Z","event":1,"source":"site"}])"));
  CHECK(consented.at("senders").at(0).at("verdict") == "forwarded");

  auto decision = api.get("/v1/decision?number=%2B33612345678&sender=diagnostics").json();
  CHECK(decision.at("verdict") == "forwarded");
  CHECK(decision.at("group") == "dse");
  CHECK(decision.at("event").at("sequence") == 1);
  CHECK(decision.at("event").at("evidence") == "file:1");

  REQUIRE(api.post("/v1/events", opt_out("0612345678")).status == 201);  // national
  decision = api.get("/v1/decision?number=+33612345678&sender=diagnostics").json();
  CHECK(decision.at("reason") == "opted_out");
  CHECK(decision.at("event").at("sequence") == 2);
  CHECK(decision.at("explanation").as_string().find("opted out for group:dse") != std::string::npos);
  const auto written_with_spaces = api.get("/v1/numbers/06%2012%2034%2056%2078").json();
  for (const auto& scope : written_with_spaces.at("scopes").as_array()) {
    CHECK(scope.at("state") == "opted_out");
    CHECK(scope.at("event") == 2);
  }
  const auto history = api.get("/v1/numbers/33612345678/events").json().as_array();
  REQUIRE(history.size() == 2);
  CHECK(history.at(0).at("effect").as_string().starts_with("ended by opt-out 2 of "));
  CHECK(history.at(1).at("effect") == "effective");
}

TEST_CASE("decisions on what is not known, and questions that cannot be answered") {
  running_api api;
  auto decision = api.get("/v1/decision?number=123&sender=diagnostics").json();
  CHECK(decision.at("reason") == "unreadable_number");
  CHECK(decision.at("number") == "123");
  decision = api.get("/v1/decision?number=33612345678&sender=nobody").json();
  CHECK(decision.at("group") == "nobody");
  CHECK(decision.at("reason") == "no_consent");
  CHECK(api.get("/v1/decision").json().at("detail").as_string().starts_with("missing in the query: number and sender"));
  CHECK(api.get("/v1/decision?sender=x").json().at("detail").as_string().starts_with("missing in the query: number,"));
  for (const char* wrong : {"2999-01-01", "yesterday", ""}) {
    const auto at = api.get("/v1/decision?number=33612345678&sender=x&at=" + std::string(wrong));
    CHECK(at.status == 400);
    CHECK(at.json().at("detail").as_string().starts_with("the parameter at "));
  }
  CHECK(api.get("/v1/numbers/123").status == 400);
  CHECK(api.get("/v1/numbers/%zz").status == 400);
}

TEST_CASE("the tail gives the ledger in order, by pages and filters") {
  running_api api;
  std::string many = "[";
  for (int i = 0; i < 2500; ++i)
    many += (i ? "," : "") + opt_out(std::to_string(33600000000 + i));
  REQUIRE(api.post("/v1/events", many + "]").status == 201);
  REQUIRE(api.post("/v1/events", opt_in_json("33600000007")).status == 201);

  CHECK(lines(api.get("/v1/events").body) == 1000);
  const auto all = api.get("/v1/events?limit=100000");
  CHECK(all.header("transfer-encoding") == "chunked");
  CHECK(lines(all.body) == 2501);
  std::uint64_t expected = 0;
  for (std::size_t at = 0; at < all.body.size(); at = all.body.find('\n', at) + 1) {
    REQUIRE(boost::json::parse(all.body.substr(at, all.body.find('\n', at) - at)).at("sequence") == ++expected);
  }
  CHECK(lines(api.get("/v1/events?after=2499").body) == 2);
  CHECK(api.get("/v1/events?after=2501").body.empty());
  CHECK(api.get("/v1/events?limit=0").body.empty());
  CHECK(api.get("/v1/events?source=site").json().at("sequence") == 2501);
  CHECK(lines(api.get("/v1/events?number=33600000007").body) == 2);
  CHECK(api.get("/v1/events?number=33600000007&limit=1").json().at("sequence") == 8);
  CHECK(api.get("/v1/events?number=33600000007&after=8").json().at("sequence") == 2501);
  CHECK(api.get("/v1/events?to=2020-01-01").body.empty());
  CHECK(lines(api.get("/v1/events?from=2020-01-01T00:00:00+01:00&limit=3").body) == 3);
  for (const char* wrong : {"after=x", "after=-1", "after=18446744073709551615", "limit=100001", "from=yesterday",
                            "number=1", "sorce=x", "limit=1&limit=2"}) {
    CHECK(api.get(std::string("/v1/events?") + wrong).status == 400);
  }
}

TEST_CASE("an import runs in the background and reports its rows") {
  running_api api;
  const std::string csv =
      "number,event,scope\n33612345678,opt_out,all\nx,opt_out,all\n33612345679,opt_out,sender:later\n";
  const auto dry = api.post("/v1/imports?dry_run=true", csv, "text/csv");
  REQUIRE(dry.status == 202);
  CHECK(dry.json().at("state") == "queued");
  auto report = finished_import(api, dry.header("location"));
  CHECK(report.at("taken") == 2);
  CHECK(report.at("dry_run") == true);
  CHECK(api.get("/v1/events").body.empty());

  const auto taken = api.post("/v1/imports?name=letters+of+May", csv, "Text/CSV; charset=utf-8");
  REQUIRE(taken.status == 202);
  report = finished_import(api, taken.header("location"));
  CHECK(report.at("state") == "done");
  CHECK(report.at("rows") == 3);
  CHECK(report.at("taken") == 2);
  CHECK(report.at("refused") == 1);
  CHECK(report.at("octets") == csv.size());
  CHECK(report.at("name") == "letters of May");
  CHECK(report.at("refusals").at(0).at("line") == 3);
  CHECK(report.at("refusals").at(0).at("row") == "x,opt_out,all");
  CHECK(report.at("refusals").at(0).at("reasons").at(0).at("field") == "number");
  REQUIRE(report.at("warnings").as_array().size() == 1);
  CHECK(report.at("warnings").at(0).as_string().starts_with("line 4: sender:later"));
  CHECK(api.get(taken.header("location") + "/refusals").json() == report.at("refusals").at(0));
  CHECK(api.get("/v1/numbers/33612345678/events").json().at(0).at("actor") == "import:letters of May");

  report = finished_import(api, api.post("/v1/imports", csv, "text/csv").header("location"));
  CHECK(report.at("unchanged") == 2);
  CHECK(report.at("taken") == 0);
  for (const auto& left : std::filesystem::directory_iterator(api.spool()))
    CHECK(left.path().extension() == ".refusals");
}

TEST_CASE("an erased person is in no list of refused rows any more") {
  running_api api;
  const std::string csv =
      "number,event,scope,method\n06 12 34 56 78,opt_out,all,mo_keyword\n0612 34 56 78 "
      "9x,opt_out,all,\n33687654321,opt_out,all,carrier\n";
  const auto taken = api.post("/v1/imports?name=33612345678.csv", csv, "text/csv");
  REQUIRE(finished_import(api, taken.header("location")).at("refused") == 3);
  const auto listed = [&] { return api.get(taken.header("location") + "/refusals").body; };
  const auto whole = listed();
  REQUIRE(api.ask(api.text_of("DELETE", "/v1/numbers/33612345679?reason=asked")).status == 200);
  CHECK(listed() == whole);
  REQUIRE(api.ask(api.text_of("DELETE", "/v1/numbers/33612345678?reason=asked&now=true")).status == 200);
  CHECK(listed().find("12 34 56") == std::string::npos);
  CHECK(listed().find("33687654321") != std::string::npos);
  const auto report = api.get(taken.header("location")).json();
  CHECK(report.at("refusals").as_array().size() == 3);
  CHECK(report.at("refusals").at(0).at("row") == "");
  CHECK(report.at("refusals").at(0).at("line") == 2);
  CHECK(report.at("refusals").at(2).at("row") == "33687654321,opt_out,all,carrier");
  CHECK(api.get(taken.header("location") + "/rejects").status == 200);
  for (const auto& left : std::filesystem::directory_iterator(api.spool()))
    CHECK(left.path().extension() == ".refusals");
  // What is imported goes under the file's name, for good: unless that is a number.
  const std::string good = "number,event,scope\n33612345671,opt_out,all\n";
  const auto named = api.post("/v1/imports?name=33612345670.csv", good, "text/csv");
  finished_import(api, named.header("location"));
  const auto location = named.header("location");
  const std::string actor = "import:" + location.substr(location.rfind('/') + 1);
  CHECK(api.get("/v1/numbers/33612345671/events").json().at(0).at("actor").as_string() == actor);
}

TEST_CASE("an import that cannot be used fails as a whole") {
  running_api api;
  const auto report = finished_import(api, api.post("/v1/imports", "a,b\n1,2\n", "text/csv").header("location"));
  CHECK(report.at("state") == "failed");
  CHECK(report.at("error").as_string().find("unknown field") != std::string::npos);
  CHECK(finished_import(api, api.post("/v1/imports", "", "text/csv").header("location")).at("state") == "failed");
  CHECK(api.post("/v1/imports", "x", "application/json").status == 415);
  CHECK(api.post("/v1/imports?dry_run=perhaps", "x", "text/csv").status == 400);
  CHECK(api.post("/v1/imports?name=a%0Ab", "x", "text/csv").status == 400);
  CHECK(api.get("/v1/imports/none").status == 404);
}

TEST_CASE("the refused rows of an import are given as a file to send back, and what it is worth as figures") {
  running_api api;
  std::string csv = "number,event,scope\n";
  for (int i = 0; i < 5000; ++i)
    csv += "x" + std::to_string(i) + ",opt_out,all\n";
  const auto location = api.post("/v1/imports", csv + "33612345678,opt_out,all\n", "text/csv").header("location");
  const auto report = finished_import(api, location);
  const auto rejects = api.get(location + "/rejects");
  CHECK(rejects.status == 200);
  CHECK(rejects.header("content-type") == "text/csv");
  CHECK(lines(rejects.body) == 5001);
  CHECK(rejects.body.starts_with("number,event,scope,reason\r\nx0,opt_out,all,\"line 2: number: cannot read"));
  CHECK(report.at("figures").at("opt_outs") == 1);
  CHECK(report.at("figures").at("refused_by_reason").at(0).at("rows") == 5000);
  CHECK(api.get("/v1/imports/none/rejects").status == 404);

  const auto again =
      api.post("/v1/imports?event=reassigned&reason=list", "number,occurred_at\n33612345678,2026-01-01\n", "text/csv");
  CHECK(finished_import(api, again.header("location")).at("figures").at("reassignments") == 1);
  for (const char* wrong : {"reason=x", "event=reassigned&reason=", "event=recall"})
    CHECK(api.post(std::string("/v1/imports?") + wrong, csv, "text/csv").status == 400);
}

TEST_CASE("the refused rows are not given before the import has ended") {
  running_api api;
  std::string csv = "number,event,scope\n";
  for (int i = 0; i < 300000; ++i)
    csv += "x,opt_out,all\n";
  const auto location = api.post("/v1/imports", csv, "text/csv").header("location");
  for (const char* list : {"/refusals", "/rejects"}) {
    const auto early = api.get(location + list);
    CHECK(early.status == 409);
    CHECK(early.header("retry-after") == "1");
  }
}

TEST_CASE("what is open, and what waits for the store") {
  running_api api;
  const auto open = [&](const std::string& method, const std::string& path) {
    http_client client(api.port());
    client.send(method + " " + path + " HTTP/1.1\r\nHost: gate\r\n\r\n");
    return client.read(method == "HEAD");
  };
  CHECK(open("GET", "/healthz").status == 200);
  CHECK(open("GET", "/readyz").body == "ready\n");
  CHECK(open("GET", "/metrics").header("content-type").starts_with("text/plain; version=0.0.4"));
  CHECK(open("GET", "/openapi.json").json().at("openapi") == "3.1.0");
  CHECK(std::stoul(open("HEAD", "/openapi.json").header("content-length")) > 10000);
  CHECK(open("GET", "/v1/events").status == 401);

  api.not_ready = "loading the index";
  api.api().set_store(nullptr);
  CHECK(open("GET", "/healthz").status == 200);
  CHECK(open("GET", "/readyz").status == 503);
  CHECK(open("GET", "/readyz").body == "loading the index\n");
  const auto waiting = api.get("/v1/numbers/33612345678");
  CHECK(waiting.status == 503);
  CHECK(waiting.header("retry-after") == "1");
  CHECK(waiting.json().at("detail") == "loading the index");
  CHECK(api.post("/v1/events", opt_out("33612345678")).status == 503);
  api.api().set_store(&api.consents());
  CHECK(api.get("/v1/numbers/33612345678").status == 200);
}
