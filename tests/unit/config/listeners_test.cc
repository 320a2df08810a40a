#include <filesystem>

#include "tests/unit/config/loading.h"

using namespace testing;
using lines = std::vector<std::string>;

namespace {

proxy::config loaded_in(const temporary_folder& folder, const std::string& text) {
  auto result = load_in(folder, upstream_line + text);
  REQUIRE(std::holds_alternative<proxy::config>(result));
  return std::get<proxy::config>(std::move(result));
}

// The file is called FILE in them.
lines errors_with_file(const std::string& content, std::filesystem::perms mode) {
  const temporary_folder folder;
  const std::string secret = (folder.path() / "shop1.password").string();
  std::ofstream(secret) << content;
  std::filesystem::permissions(secret, mode);
  const auto result = load_in(folder, upstream_line + "listeners: [{system_id: a, password_file: shop1.password}]\n");
  const auto* errors = std::get_if<std::vector<proxy::config_error>>(&result);
  if (errors == nullptr) return {};
  lines found = lines_of(*errors);
  for (std::string& line : found)
    line.replace(line.find(secret), secret.size(), "FILE");
  return found;
}

}  // namespace

TEST_CASE("there are no listeners unless they are configured") {
  const auto c = valid(upstream_line);
  CHECK(c.listeners.empty());
  CHECK(c.limits.max_kept_messages == 100000);
  CHECK(c.limits.max_kept_octets == 64U << 20U);
}

TEST_CASE("a listener binds to the upstreams of all unless it has its own") {
  const temporary_folder folder;
  std::ofstream(folder.path() / "shop1.password") << "secret\nnot this\n";
  std::filesystem::permissions(folder.path() / "shop1.password", std::filesystem::perms::owner_read);
  const auto c = loaded_in(folder, R"(listeners:
  - {system_id: shop1, password_file: shop1.password, system_type: EAR}
  - {system_id: club1, password: open, upstreams: [{address: "other:2776", default_alphabet: latin1}]}
limits: {max_kept_messages: 7, max_kept_octets: 2048}
)");
  REQUIRE(c.listeners.size() == 2);
  CHECK(c.listeners[0] == proxy::listener_config{"shop1", "secret", "EAR", c.upstreams});
  CHECK(c.listeners[1].password == "open");
  REQUIRE(c.listeners[1].upstreams.size() == 1);
  CHECK(c.listeners[1].upstreams[0].address == proxy::endpoint{"other", 2776});
  CHECK(c.listeners[1].upstreams[0].default_alphabet == smpp::default_alphabet::latin1);
  CHECK(c.upstreams.size() == 1);
  CHECK(c.limits.max_kept_messages == 7);
  CHECK(c.limits.max_kept_octets == 2048);
}

TEST_CASE("what is wrong with a listener is told with its place") {
  CHECK(errors_after_upstreams("listeners: shop1\n") ==
        lines{"2:12: `listeners` is `shop1`; it must be a list, such as `- {system_id: shop1, password_file: "
              "shop1.password}`"});
  CHECK(errors_after_upstreams("listeners: [{password: x}]\n") ==
        lines{"2:13: `listeners[0]` needs a `system_id`, such as {system_id: shop1, password_file: shop1.password}"});
  CHECK(errors_after_upstreams("listeners: [{system_id: a}, {system_id: a}]\n") ==
        lines{"2:41: two listeners have the system_id `a`; one bind is enough to hear all of it"});
  CHECK(errors_after_upstreams("listeners: [{system_id: a, password: x, password_file: y}]\n") ==
        lines{"2:56: `listeners[0]` has `password` and `password_file`; keep one"});
  CHECK(errors_after_upstreams("listeners: [{system_id: a, upstreams: []}]\n") ==
        lines{"2:39: `listeners[0].upstreams` must be a list with one or more entries, such as `- address: "
              "smsc.example:2775`"});
  CHECK(errors_after_upstreams("listeners: [{system_id: a, pasword: x}]\n") ==
        lines{"2:28: unknown key `pasword` in `listeners[0]`; did you mean `password`?"});
  CHECK(errors_after_upstreams("listeners: [{system_id: a, upstreams: [{address: x}]}]\n").size() == 1);
}

TEST_CASE("a password file is read at once") {
  using std::filesystem::perms;
  const perms own = perms::owner_read | perms::owner_write;
  CHECK(errors_with_file("secret", own).empty());
  CHECK(errors_with_file("\nsecret", own) == lines{"2:43: the file FILE must hold the password, in its first line"});
  CHECK(errors_with_file("secret", own | perms::group_read) ==
        lines{"2:43: the file FILE can be read by others than its owner: chmod 600 it"});
  const temporary_folder folder;
  const auto result = load_in(folder, upstream_line + "listeners: [{system_id: a, password_file: gone}]\n");
  CHECK(lines_of(std::get<1>(result)) ==
        lines{"2:43: the file " + (folder.path() / "gone").string() + " does not exist; put the password into it"});
}
