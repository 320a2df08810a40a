#include "proxy/admin/event_json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "proxy/admin/problem.h"
#include "proxy/admin/upload.h"
#include "tests/unit/catch.h"
#include "tests/unit/temporary_folder.h"

using namespace proxy;

namespace {

store::event stop() {
  store::event e;
  e.sequence = 7;
  e.recorded_at = store::read_time("2026-11-24T10:00:01Z")->earliest;
  e.actor = "gate";
  e.who = {33612345678};
  e.kind = store::event_kind::opt_out;
  e.scope = {store::scope_kind::group, "dse"};
  e.occurred_at = store::read_time("2026-11-24T10:00:00.000001Z")->earliest;
  e.method = store::consent_method::mo_keyword;
  e.evidence = R"({"text":"STOP"})";
  return e;
}

}  // namespace

TEST_CASE("an event has the names of the ledger, and nothing that was not given") {
  CHECK(
      boost::json::serialize(to_json(stop())) ==
      R"({"sequence":7,"id":"00000000-0000-0000-0000-000000000000","recorded_at":"2026-11-24T10:00:01Z","actor":"gate",)"
      R"("number":"33612345678","event":"opt_out","scope":"group:dse","occurred_at":"2026-11-24T10:00:00.000001Z",)"
      R"("method":"mo_keyword","evidence":{"text":"STOP"}})");
}

TEST_CASE("only the evidence that the gate made is an object") {
  auto e = stop();
  e.method = store::consent_method::letter;
  CHECK(to_json(e).at("evidence") == R"({"text":"STOP"})");
  e = stop();
  e.evidence = "{broken";
  CHECK(to_json(e).at("evidence") == "{broken");
}

TEST_CASE("an entry is read from JSON by its names") {
  const auto e =
      std::get<store::entry>(read_entry(boost::json::parse(R"({"number":"06","scope":"all","evidence_sha256":"ab"})")));
  CHECK(e.number == "06");
  CHECK(e.scope == "all");
  CHECK(e.evidence_sha256 == "ab");
  CHECK(e.event.empty());
}

TEST_CASE("every field that is unknown or no string is named") {
  const auto wrong = std::get<std::vector<store::refusal>>(
      read_entry(boost::json::parse(R"({"number":336,"scope":"all","actor":"me","event":null})")));
  REQUIRE(wrong.size() == 3);
  CHECK(wrong[0].field == "number");
  CHECK(wrong[0].message.find("string") != std::string::npos);
  CHECK(wrong[1].field == "actor");
  CHECK(wrong[1].message.find("evidence_sha256") != std::string::npos);
  CHECK(wrong[2].field == "event");
  CHECK(std::get<std::vector<store::refusal>>(read_entry(boost::json::parse("[]"))).size() == 1);
}

TEST_CASE("problems are problem+json") {
  const auto a = problem(404, "not \"here\"");
  CHECK(a.content_type == "application/problem+json");
  CHECK(a.body == R"({"type":"about:blank","title":"Not Found","status":404,"detail":"not \"here\""})"
                  "\n");
  CHECK(unavailable("x").headers.front().first == "Retry-After");
  const auto refused = boost::json::parse(refused_events({{3, {"scope", "is missing"}}}).body);
  CHECK(refused.at("errors") == boost::json::parse(R"([{"index":3,"field":"scope","message":"is missing"}])"));
}

TEST_CASE("a full disk shows while an upload is written") {
  upload u("/dev/full");
  u.append("number,event,scope\n");
  CHECK(u.error() == std::errc::no_space_on_device);
  CHECK(u.keep() == "/dev/full");  // else it would be removed
}

TEST_CASE("an upload that nobody keeps is removed") {
  const testing::temporary_folder folder;
  const auto file = folder.path() / "u";
  {
    upload u(file);
    u.append("abc");
    CHECK(std::filesystem::file_size(file) == 3);
    CHECK(u.octets() == 3);
  }
  CHECK_FALSE(std::filesystem::exists(file));
  upload kept(file);
  CHECK(kept.keep() == file);
  CHECK(std::filesystem::exists(file));
}
