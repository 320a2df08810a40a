// credentials, and listeners that bind with them.
#include "tests/unit/config/loading.h"

using namespace testing;
using lines = std::vector<std::string>;

namespace {

const std::string hash = "$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Nui/98EKsTl3DyaSIPz3SvARe0YqUtfUVkX8cfjqvTY";
const std::string quoted = "\"" + hash + "\"";
const std::string shop =
    "{system_id: shop1, password_hash: " + quoted + ", upstream: {system_id: agg7, password: theirs}}";

}  // namespace

TEST_CASE("credentials") {
  const temporary_folder folder;
  std::ofstream(folder.path() / "agg8.password") << "of a file\nnot this\n";
  std::filesystem::permissions(folder.path() / "agg8.password", std::filesystem::perms::owner_read);
  const auto loaded = load_in(folder, upstream_line + "credentials:\n  - " + shop +
                                          "\n  - {system_id: club1, password_hash: " + quoted +
                                          ", upstream: {system_id: agg8, password_file: agg8.password}}\n");
  REQUIRE(std::holds_alternative<proxy::config>(loaded));
  const auto& c = std::get<proxy::config>(loaded).credentials;
  CHECK_FALSE(c.empty());
  CHECK(c.by_system_id.at("shop1").upstream_system_id == "agg7");
  CHECK(c.by_system_id.at("shop1").upstream_password == "theirs");
  CHECK(to_string(c.by_system_id.at("shop1").hash) == hash);
  CHECK(c.by_system_id.at("club1").upstream_password == "of a file");
  CHECK(c.stand_in.log2_n == 15);
  CHECK(c.stand_in.key.size() == 32);
  CHECK(to_string(c.stand_in) != hash);
  CHECK(valid_after_upstreams("credentials: []\n").credentials.empty());
}

TEST_CASE("what is wrong with credentials, which never show a password") {
  CHECK(errors_after_upstreams("credentials: shop1\n").size() == 1);
  CHECK(errors_after_upstreams("credentials: [{}]\n").size() == 3);
  CHECK(errors_after_upstreams(
            "credentials: [{system_id: a, password_hash: secret, upstream: {system_id: b, password: c}}]\n") ==
        lines{"2:45: `credentials[0].password_hash` is no hash of a password: it does not have the form "
              "$scrypt$ln=15,r=8,p=1$SALT$HASH; it must be a line that `consentgate hash-password` has written, within "
              "{ } in quotes"});
  CHECK(errors_after_upstreams("credentials: [{system_id: a, password: secret, password_hash: " + quoted +
                               ", upstream: {system_id: b, password: c}}]\n") ==
        lines{"2:30: unknown key `password` in `credentials[0]`; known are `password_hash`, `system_id`, `upstream`"});
  CHECK(errors_after_upstreams("credentials: [{system_id: a, password_hash: " + quoted + ", upstream: {}}]\n").size() ==
        2);
  CHECK(errors_after_upstreams("credentials: [{system_id: a, password_hash: " + quoted +
                               ", upstream: {system_id: b, password: c, password_file: d}}]\n")
            .size() == 1);
  CHECK(errors_after_upstreams("credentials:\n  - " + shop + "\n  - " + shop + "\n") ==
        lines{"4:17: `credentials` has the system_id `shop1` twice; keep one"});
  for (const auto& line :
       errors_after_upstreams("credentials: [{system_id: a, password_hash: hunter2, upstream: {system_id: b, "
                              "password: [hunter2]}}]\n"))
    CHECK(line.find("hunter2") == std::string::npos);
}

TEST_CASE("senders whose binds credentials refuse are told of") {
  const auto c =
      valid_after_upstreams("senders:\n  - {name: shop, system_ids: [shop1, shop2]}\ncredentials:\n  - " + shop + "\n");
  REQUIRE(c.warnings.size() == 1);
  CHECK(c.warnings[0].message ==
        "`credentials` does not have the system_id `shop2` of the sender `shop`: its binds are refused");
}

TEST_CASE("a listener of a system_id that has credentials binds with what the SMSC knows") {
  const auto c = valid_after_upstreams("credentials:\n  - " + shop +
                                       "\nlisteners:\n  - {system_id: shop1}\n  - {system_id: own, password: x}\n");
  CHECK(c.listeners[0].system_id == "shop1");
  CHECK(c.listeners[0].upstream_system_id == "agg7");
  CHECK(c.listeners[0].password == "theirs");
  CHECK(c.listeners[1].upstream_system_id.empty());
  CHECK(c.listeners[1].password == "x");
  CHECK(errors_after_upstreams("credentials:\n  - " + shop + "\nlisteners:\n  - {system_id: shop1, password: x}\n") ==
        lines{"5:5: `listeners[0]` has a password, and `credentials` has the one of `shop1` for the SMSC; leave it out "
              "here"});
}
