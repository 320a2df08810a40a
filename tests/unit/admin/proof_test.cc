#include "store/signing_key.h"
#include "tests/unit/admin/running_api.h"
#include "tests/unit/catch.h"

using namespace testing;

namespace {

std::string reason_of(running_api& api, const std::string& number = "33612345678", const std::string& at = "") {
  const auto a = api.get("/v1/decision?number=" + number + "&sender=diagnostics" + (at.empty() ? "" : "&at=" + at));
  return std::string(a.json().at("reason").as_string());
}

http_answer erase(running_api& api, const std::string& number, const std::string& query) {
  return api.ask(api.text_of("DELETE", "/v1/numbers/" + number + query));
}

}  // namespace

TEST_CASE("a recall says how many opt-ins it voided, and what arrives later is void, too") {
  running_api api;
  api.post("/v1/events", "[" + opt_in_json("33612345678") + "," + opt_in_json("33612345679") + "]");
  const auto recalled = api.post("/v1/sources/site/recall", R"({"reason":"the supplier has no proof"})");
  REQUIRE(recalled.status == 201);
  CHECK(recalled.json().at("voided") == 2);
  CHECK(recalled.json().at("event").at("reason") == "the supplier has no proof");
  CHECK(recalled.json().at("event").at("actor") == "admin");
  CHECK(reason_of(api) == "source_recalled");
  api.post("/v1/events", opt_in_json("33612345670"));
  CHECK(reason_of(api, "33612345670") == "source_recalled");
  CHECK(api.post("/v1/sources/site/recall?reason=again", "").json().at("voided") == 0);  // it was void already
  CHECK(api.post("/v1/sources/site/recall", "").status == 400);
  CHECK(api.post("/v1/sources/site/recall", R"({"reason":7})").status == 400);
  CHECK(api.post("/v1/sources/site/recall", R"({"why":"x"})").status == 400);
  const auto history = api.get("/v1/numbers/33612345678/events").json();
  CHECK(history.at(0).at("effect").as_string().starts_with("recalled by 3 of "));
}

TEST_CASE("a reason is needed, and must not tell the number") {
  running_api api;
  api.post("/v1/events", opt_in_json("33612345678"));
  for (const std::string reason : {"", "reason=", "reason=%20", "reason=a%0Ab", "reason=wrote+from+06+12+34+56+78"}) {
    CAPTURE(reason);
    CHECK(erase(api, "33612345678", "?" + reason).status == 400);
  }
  CHECK(api.post("/v1/events/1/correction", R"({"reason":"not 33 612345678"})").status == 400);
  CHECK(api.consents().stats().ledger_events == 1);
  // Nor anybody else's: reasons stay when that person is erased.
  const auto recall = [&](const std::string& reason) {
    return api.post("/v1/sources/site/recall", R"({"reason":")" + reason + R"("})").status;
  };
  for (const char* telling : {"complaint of +33 6 87 65 43 21", "0687654321 knows nothing of it", "33687654321",
                              "by 06.87.65.43.21", "+1 (713) 555-0123", "0033 687 654 321"}) {
    CAPTURE(telling);
    CHECK(recall(telling) == 400);
  }
  for (const char* good :
       {"no proof", "their letter of 2026-11-24, 10:00", "list 20260301 of 01/02/2026", "at 09:30, ref. 12345678/2026",
        "file 2026-03-01-0042", "1 200 000 rows of 06/12/2026 without proof"}) {
    CAPTURE(good);
    CHECK(recall(good) == 201);
  }
}

TEST_CASE("an erased person is shown by a hash, and is refused as before") {
  running_api api;
  api.post("/v1/events", opt_in_json("33612345678"));
  api.post("/v1/events", R"({"number":"33612345678","event":"opt_out","scope":"group:dse"})");
  const auto erased = erase(api, "0612345678", "?reason=asked&now=true");
  REQUIRE(erased.status == 200);
  CHECK(erased.json().at("events") == 2);
  CHECK(erased.json().at("purged") == true);
  const std::string hash(erased.json().at("number").as_string());
  CHECK(hash.starts_with("hash:"));
  CHECK(reason_of(api) == "opted_out");
  const auto history = api.get("/v1/numbers/33612345678/events");
  CHECK(history.body.find("33612345678") == std::string::npos);
  CHECK(history.json().at(0).at("number").as_string() == hash);
  CHECK(history.json().at(0).at("erased_by") == 3);
  CHECK(history.json().at(2).at("event") == "erasure");
  CHECK(api.get("/v1/numbers/33612345678").json().at("number").as_string() == hash);
  CHECK(erase(api, "33612345678", "?reason=asked").json().at("already") == true);
  CHECK(api.get("/v1/ledger/verification").json().at("valid") == true);
}

TEST_CASE("a correction undoes what was entered, by sequence or id, once") {
  running_api api;
  api.post("/v1/events", opt_in_json("33612345678"));
  const auto mistake = api.post("/v1/events", R"({"number":"33612345678","event":"opt_out","scope":"all"})").json();
  const std::string id(mistake.at("id").as_string());
  CHECK(reason_of(api) == "opted_out");
  const auto corrected = api.post("/v1/events/" + id + "/correction", R"({"reason":"meant for another number"})");
  REQUIRE(corrected.status == 201);
  CHECK(corrected.json().at("corrects").as_string() == id);
  CHECK(reason_of(api) == "none");
  CHECK(api.post("/v1/events/2/correction", R"({"reason":"again"})").status == 409);
  CHECK(api.post("/v1/events/3/correction", R"({"reason":"of a correction"})").status == 422);
  CHECK(api.post("/v1/events/99/correction", R"({"reason":"of nothing"})").status == 404);
  CHECK(api.post("/v1/events/x/correction", R"({"reason":"of nothing"})").status == 400);
  const auto tail = api.get("/v1/events?after=2");
  CHECK(tail.body.find(R"("event":"correction")") != std::string::npos);
}

TEST_CASE("a decision of the past is what was known then, with what has been learnt since") {
  running_api api;
  api.post("/v1/events", opt_in_json("33612345678"));
  CHECK(reason_of(api, "33612345678", "2026-06-01T00:00:00Z") == "no_consent");  // recorded today
  const auto then = api.get("/v1/decision?number=33612345678&sender=diagnostics&at=2026-06-01T00:00:00%2B02:00").json();
  CHECK(then.at("at") == "2026-05-31T22:00:00Z");
  CHECK(then.at("learnt_since").at("verdict") == "forwarded");
  CHECK(then.at("learnt_since").at("event").at("sequence") == 1);
  CHECK(then.at("learnt_since").at("events").as_array().size() == 1);
  const auto now =
      api.get("/v1/decision?number=33612345678&sender=diagnostics&at=" + store::to_string(store::now())).json();
  CHECK(now.at("reason") == "none");
  CHECK(now.at("event").at("evidence") == "file:1");
  CHECK(now.at("learnt_since").at("events").as_array().empty());
}

TEST_CASE("the head of the ledger is signed with the key whose public half it names") {
  running_api api;
  CHECK(api.get("/v1/ledger/head").json().at("sequence") == 0);
  api.post("/v1/events", opt_in_json("33612345678"));
  const auto head = api.get("/v1/ledger/head").json();
  CHECK(head.at("sequence") == 1);
  CHECK(head.at("hash") == api.get("/v1/ledger/verification").json().at("head"));
  CHECK(head.at("statement").as_string().starts_with("consentgate ledger head\n1\n"));
  CHECK(head.at("public_key").as_string().starts_with("-----BEGIN PUBLIC KEY-----"));
}

TEST_CASE("a reassigned number loses its opt-ins and keeps its opt-outs") {
  running_api api;
  api.post("/v1/events", opt_in_json("33612345678"));
  const auto r = api.post("/v1/numbers/33612345678/reassigned", R"({"occurred_at":"2026-03-01","source":"registry"})");
  REQUIRE(r.status == 201);
  CHECK(r.json().at("occurred_at") == "2026-03-01T23:59:59.999999Z");
  CHECK(reason_of(api) == "no_consent");
  for (const char* wrong : {R"({"occurred_at":"2999-01-01"})", R"({"occurred_at":"soon"})", R"({"scope":"all"})"})
    CHECK(api.post("/v1/numbers/33612345678/reassigned", wrong).status == 400);
}
