// Whose a STOP is on an address that came to be shared.
#include "tests/unit/catch.h"
#include "tests/unit/session/conversation.h"

using namespace testing;
using namespace proxy;
using testing::pdus::operator+;

namespace {

constexpr std::uint64_t alice = 33612345678;

config used_by_shop(bool and_club) {
  config c = make_config();
  sender_config club;
  club.name = "club";
  club.group = "leisure";
  club.system_ids = {"club1"};
  if (and_club) club.source_addresses = {"36111"};
  c.senders[0].policy = club.policy = policy_kind::exempt;
  c.senders.push_back(club);
  return c;
}

std::shared_ptr<const policy> reloaded(shared_parts& parts, const config& c) {
  return std::make_shared<const policy>(std::make_shared<const config>(c), *parts.store, parts.metrics, parts.log);
}

std::vector<std::string> writers(const policy& p, store::instant now) {
  std::vector<std::string> names;
  for (const sender* s : p.writers_to({alice}, p.candidates_for("shop1"), {0, 0, "36111"}, now))
    names.push_back(s->name);
  return names;
}

}  // namespace

TEST_CASE("who had an address alone until lately may have written from it: a STOP counts there, too") {
  shared_parts parts(used_by_shop(false));
  conversation shop(parts), club(parts);
  shop.bind("shop1");
  club.bind("club1");
  shop.esme(pdus::submit_sm(2));
  REQUIRE(shop.to_smsc().size() == 1);
  const auto p = reloaded(parts, used_by_shop(true));
  club.session.use(p);
  const store::instant now = store::now();
  CHECK(writers(*p, now).empty());  // not known
  club.esme(pdus::submit_sm(2));
  REQUIRE(club.to_smsc().size() == 1);
  CHECK(writers(*p, now) == std::vector<std::string>{"shop", "club"});
  CHECK(writers(*p, now + std::chrono::hours{24 * 29}) == std::vector<std::string>{"shop", "club"});
  const auto again = reloaded(parts, used_by_shop(true));  // nothing new
  CHECK(writers(*again, now) == std::vector<std::string>{"shop", "club"});
}

TEST_CASE("whoever shared an address from the start is known to have written or not") {
  shared_parts parts(used_by_shop(true));
  conversation club(parts);
  club.bind("club1");
  club.esme(pdus::submit_sm(2));
  REQUIRE(club.to_smsc().size() == 1);
  CHECK(writers(*parts.policy, store::now()) == std::vector<std::string>{"club"});
}
