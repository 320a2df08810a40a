// Corrections that wait for a second person.
#include "store/proposed_correction.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

std::optional<proposed_correction> propose(consent_store& s, const recorded& target, const std::string& actor,
                                           const std::string& reason = "a slip") {
  std::promise<std::variant<std::optional<proposed_correction>, failure>> promise;
  s.propose({target.id, target.sequence, actor, reason, {}},
            [&](auto result) { promise.set_value(std::move(result)); });
  return std::get<0>(promise.get_future().get());
}

std::vector<proposed_correction> waiting(const consent_store& s, instant at = now()) {
  return std::get<0>(s.proposed_corrections(at));
}

void correct(consent_store& s, const recorded& target) {
  event e = make(alice, event_kind::correction, consent_method::none);
  e.corrects = target.id;
  record_one(s, e);
}

}  // namespace

TEST_CASE("a proposed correction as it is stored") {
  const proposed_correction p{{1, 2, 3}, 7, "olga", "a slip", instant{std::chrono::microseconds{1770000000123456}}};
  const std::string key = key_of_proposal(p.target), octets = encode(p);
  const auto back = decode_proposed_correction(key, octets);
  REQUIRE(back);
  CHECK(back->target == p.target);
  CHECK(back->sequence == 7);
  CHECK(back->actor == "olga");
  CHECK(back->reason == "a slip");
  CHECK(back->proposed_at == p.proposed_at);
  for (std::size_t n = 0; n < octets.size(); ++n)
    CHECK_FALSE(decode_proposed_correction(key, std::string_view(octets).substr(0, n)));
  CHECK_FALSE(decode_proposed_correction(key.substr(1), octets));
}

TEST_CASE("a proposal stands until its event is corrected, and nobody else's takes its place") {
  temporary_folder folder;
  recorded mistake;
  {
    const auto s = opened(folder.path());
    mistake = record_one(*s, make(alice, event_kind::opt_out));
    CHECK(propose(*s, mistake, "olga")->actor == "olga");
    CHECK(propose(*s, mistake, "olga", "mine, in better words")->reason == "mine, in better words");
    CHECK(propose(*s, mistake, "admin", "theirs")->actor == "olga");
  }
  const auto s = opened(folder.path());
  REQUIRE(waiting(*s).size() == 1);
  CHECK(waiting(*s)[0].reason == "mine, in better words");
  CHECK(waiting(*s)[0].sequence == mistake.sequence);
  CHECK(judged(*s, alice) == standing::opted_out);
  correct(*s, mistake);
  CHECK(waiting(*s).empty());
  CHECK_FALSE(propose(*s, mistake, "admin"));
  CHECK(waiting(*s).empty());
  CHECK(verified(*s).first_misfit == 0);
}

TEST_CASE("a proposal lapses after a day") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const recorded mistake = record_one(*s, make(alice, event_kind::opt_out));
  const instant until = propose(*s, mistake, "olga")->until();
  CHECK(waiting(*s, until - std::chrono::microseconds{1}).size() == 1);
  CHECK(waiting(*s, until).empty());
}

TEST_CASE("proposals of many persons at once leave one") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const recorded mistake = record_one(*s, make(alice, event_kind::opt_out));
  std::vector<std::promise<std::string>> stands(8);
  for (std::size_t i = 0; i < stands.size(); ++i) {
    s->propose({mistake.id, mistake.sequence, "officer" + std::to_string(i), "a slip", {}},
               [&p = stands[i]](const auto& result) { p.set_value(std::get<0>(result)->actor); });
  }
  const std::string first = stands[0].get_future().get();
  for (std::size_t i = 1; i < stands.size(); ++i)
    CHECK(stands[i].get_future().get() == first);
}
