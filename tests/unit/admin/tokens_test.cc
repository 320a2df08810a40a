// Whose token it is, and what the holder may do.
#include "proxy/admin/tokens.h"

#include <boost/json.hpp>
#include <fstream>

#include "proxy/admin/openapi.h"
#include "tests/unit/admin/running_api.h"
#include "tests/unit/catch.h"

using namespace proxy;
using testing::running_api;

namespace {

std::vector<token_config> three(const std::filesystem::path& folder) {
  return {{"vera", role::viewer, folder / "vera"}, {"carl", role::clerk, folder / "carl"}};
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text << '\n';
}

// One request that each operation of the description takes, so that only the role decides.
struct operation {
  std::string method, path, target, body;
  role needs;
};

const std::vector<operation>& operations() {
  const std::string number = "/v1/numbers/33612345678";
  static const std::vector<operation> all{
      {"post", "/v1/events", "/v1/events", R"({"number":"33612345678","event":"opt_out","scope":"all"})", role::clerk},
      {"get", "/v1/events", "/v1/events", "", role::viewer},
      {"get", "/v1/numbers/{number}", number, "", role::viewer},
      {"delete", "/v1/numbers/{number}", number + "?reason=asked", "", role::officer},
      {"get", "/v1/numbers/{number}/events", number + "/events", "", role::viewer},
      {"post", "/v1/numbers/{number}/reassigned", number + "/reassigned", R"({"reason":"r"})", role::officer},
      {"get", "/v1/decision", "/v1/decision?number=33612345678&sender=diagnostics", "", role::viewer},
      {"post", "/v1/imports", "/v1/imports", "number,event,scope\n", role::officer},
      {"get", "/v1/imports/{id}", "/v1/imports/none", "", role::viewer},
      {"get", "/v1/imports/{id}/refusals", "/v1/imports/none/refusals", "", role::viewer},
      {"get", "/v1/imports/{id}/rejects", "/v1/imports/none/rejects", "", role::viewer},
      {"post", "/v1/sources/{source}/recall", "/v1/sources/s/recall", R"({"reason":"r"})", role::officer},
      {"post", "/v1/events/{event}/correction", "/v1/events/99/correction", R"({"reason":"r"})", role::officer},
      {"get", "/v1/corrections", "/v1/corrections", "", role::viewer},
      {"get", "/v1/ledger/head", "/v1/ledger/head", "", role::viewer},
      {"get", "/v1/ledger/verification", "/v1/ledger/verification", "", role::viewer},
      {"post", "/v1/backups", "/v1/backups", R"({"folder":"relative"})", role::officer},
      {"post", "/v1/keys", "/v1/keys", "", role::officer},
      {"get", "/v1/journal", "/v1/journal?number=33612345678", "", role::viewer},
      {"get", "/v1/report", "/v1/report?from=2026-01-01&to=2026-01-02", "", role::viewer},
      {"get", "/v1/numbers/{number}/dossier", number + "/dossier", "", role::viewer},
      {"get", "/v1/access", "/v1/access", "", role::officer},
      {"get", "/v1/capture", "/v1/capture?system_id=shop1&seconds=0", "", role::officer},
  };
  return all;
}

}  // namespace

TEST_CASE("only a token itself opens, and tells whose it is") {
  const testing::temporary_folder folder;
  write(folder.path() / "admin", "abc");
  write(folder.path() / "vera", "abcd");
  const tokens t(folder.path() / "admin", three(folder.path()));
  REQUIRE(t.holder("Bearer abc") != nullptr);
  CHECK(t.holder("Bearer abc")->name == "admin");
  CHECK(t.holder("Bearer abc")->may == role::officer);
  CHECK(t.holder("bearer  abcd")->name == "vera");
  CHECK(t.holder("bearer  abcd")->may == role::viewer);
  std::string made;
  std::ifstream(folder.path() / "carl") >> made;
  CHECK(made.size() == 64);
  CHECK(t.holder("Bearer " + made)->name == "carl");
  for (const char* other : {"", "abc", "Bearer", "Bearer ", "Bearer ab", "Bearer abcde", "Bearer ABC", "Basic abc"})
    CHECK(t.holder(other) == nullptr);
}

TEST_CASE("two holders of one token are refused") {
  const testing::temporary_folder folder;
  write(folder.path() / "vera", "abc");
  write(folder.path() / "carl", "abc");
  CHECK_THROWS_WITH(tokens(folder.path() / "admin", three(folder.path())), Catch::Contains("hold the same token"));
}

TEST_CASE("each operation by each role") {
  const auto description = boost::json::parse(openapi_description());
  std::size_t described = 0;
  for (const auto& [path, item] : description.at("paths").as_object()) {
    if (!path.starts_with("/v1")) continue;
    for (const auto& [method, _] : item.as_object()) {
      if (method == "parameters") continue;
      ++described;
      INFO(method << ' ' << path);
      CHECK(
          std::ranges::any_of(operations(), [&](const operation& o) { return method == o.method && path == o.path; }));
    }
  }
  CHECK(described == operations().size());

  for (const role r : {role::viewer, role::clerk, role::officer}) {
    running_api api;
    const std::string token = r == role::officer ? "admin" : r == role::clerk ? "carl" : "vera";
    for (const operation& o : operations()) {
      INFO(name(r) << ": " << o.method << ' ' << o.target);
      std::string method = o.method;
      std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      const auto before = api.consents().stats().ledger_events;
      const auto a = api.ask(
          api.text_of(method, o.target, o.body, o.path == "/v1/imports" ? "text/csv" : "application/json", token));
      if (r >= o.needs) {
        CHECK(a.status != 401);
        CHECK(a.status != 403);
        CHECK(a.status < 500);
      } else {
        CHECK(a.status == 403);
        CHECK(a.header("content-type") == "application/problem+json");
        CHECK(a.json().at("detail").as_string() == "this needs the role " + std::string(name(o.needs)) +
                                                       ", and the token " + token + " is a " + std::string(name(r)) +
                                                       "'s");
        CHECK(api.consents().stats().ledger_events == before);
      }
    }
  }
}

TEST_CASE("a clerk records oppositions, and not one consent among them") {
  running_api api;
  const std::string stop = R"({"number":"33612345678","event":"opt_out","scope":"all"})";
  const auto post = [&](const std::string& body) {
    return api.ask(api.text_of("POST", "/v1/events", body, "application/json", "carl"));
  };
  const auto taken = post(stop);
  REQUIRE(taken.status == 201);
  CHECK(taken.json().at("actor") == "carl");
  for (const std::string& body :
       {testing::opt_in_json("33612345679"), "[" + stop + "," + testing::opt_in_json("33612345679") + "]",
        std::string(R"([{"event":"nonsense"},{"event":"opt_in"}])")}) {
    const auto refused = post(body);
    CHECK(refused.status == 403);
    CHECK(refused.json().at("detail").as_string().starts_with("this needs the role officer"));
  }
  CHECK(post(R"({"event":"nonsense"})").status == 422);
  CHECK(api.consents().stats().ledger_events == 1);
}
