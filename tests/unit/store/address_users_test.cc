// Who had an address alone before others joined.
#include "store/address_users.h"

#include "tests/unit/catch.h"

using namespace store;

namespace {

constexpr auto day = std::chrono::hours{24};
const instant start{std::chrono::seconds{1770000000}};
using channels = std::vector<channel_id>;

}  // namespace

TEST_CASE("who was alone when others joined stays unseen for thirty days") {
  int changes = 0;
  address_users u([&] { ++changes; });
  CHECK(u.use("36111", {1}, start).channels.empty());
  CHECK(u.use("36222", {5, 4}, start).channels.empty());
  CHECK(u.use("36111", {1}, start + day).channels.empty());
  CHECK(changes == 2);
  const auto joined = u.use("36111", {2, 1}, start + 2 * day);
  CHECK(joined.channels == channels{1});
  CHECK(joined.until == start + 32 * day);
  CHECK(u.use("36111", {1, 2}, start + 3 * day).channels == channels{1});
  CHECK(u.use("36111", {1, 2, 3}, start + 4 * day).until == start + 32 * day);  // of the third nothing was missed
  CHECK(u.use("36111", {1, 2, 3}, start + 32 * day).channels.empty());
  CHECK(u.use("36222", {4, 5, 6}, start).channels.empty());
  CHECK(changes == 5);
}

TEST_CASE("it comes back from the disk") {
  address_users u([] {});
  u.use("36111", {1}, start);
  u.use("36111", {1, 2}, start);
  const auto lines = u.take_changed();
  REQUIRE(lines.size() == 1);
  CHECK(u.take_changed().empty());
  u.not_written(lines);
  CHECK(u.take_changed().size() == 1);
  address_users after([] {});
  REQUIRE(after.load(lines[0].address, lines[0].octets));
  CHECK(after.use("36111", {1, 2}, start + day).channels == channels{1});
  CHECK(after.take_changed().empty());
  for (std::size_t n = 0; n < lines[0].octets.size(); ++n)
    CHECK_FALSE(after.load("x", std::string_view(lines[0].octets).substr(0, n)));
}
