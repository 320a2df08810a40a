// Requests that wait for the person's own YES.
#include "store/pending_opt_in.h"

#include <fstream>
#include <iterator>

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

constexpr std::uint64_t bob = 33687654321;

pending_opt_in request(std::uint64_t digits = alice, const std::string& sender = "shop") {
  return {{digits},
          sender,
          instant{std::chrono::microseconds{1770000000123456}},
          "Really?",
          R"({"text":"START","source_addr":"33612345678"})",
          ""};
}

void keep(consent_store& s, pending_opt_in p) {
  std::promise<std::optional<failure>> promise;
  s.keep(std::move(p), [&](std::optional<failure> why) { promise.set_value(std::move(why)); });
  CHECK_FALSE(promise.get_future().get());
}

std::vector<pending_opt_in> all(const consent_store& s) {
  return std::get<0>(s.pending_opt_ins());
}

// Whether any file of the store holds these octets.
bool in_files(const std::filesystem::path& folder, const std::string& octets) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    if (whole.find(octets) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a pending opt-in as it is stored") {
  const pending_opt_in p = request();
  const std::string octets = encode(p), key = key_of(p.who, p.sender);
  const auto back = decode_pending_opt_in(key, octets);
  REQUIRE(back);
  CHECK(back->who == p.who);
  CHECK(back->sender == "shop");
  CHECK(back->asked_at == p.asked_at);
  CHECK(back->wording == "Really?");
  CHECK(back->evidence == p.evidence);
  for (std::size_t n = 0; n < octets.size(); ++n)
    CHECK_FALSE(decode_pending_opt_in(key, std::string_view(octets).substr(0, n)));
  CHECK_FALSE(decode_pending_opt_in("1234567", octets));
}

TEST_CASE("pending opt-ins survive a restart, are one for each person and sender, and are no consent") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    keep(*s, request());
    keep(*s, request(alice, "club"));
    keep(*s, request(bob));
    pending_opt_in again = request();
    again.wording = "Sure?";
    keep(*s, again);
    CHECK(s->stats().ledger_events == 0);
    CHECK(s->stats().numbers == 0);
    CHECK(judged(*s, alice) == standing::no_consent);
  }
  const auto s = opened(folder.path());
  REQUIRE(all(*s).size() == 3);
  CHECK(all(*s)[1].wording == "Sure?");
  s->forget({alice}, "shop");
  s->forget({alice}, "nobody");
  keep(*s, request(bob, "bank"));
  const auto rest = all(*s);
  REQUIRE(rest.size() == 3);
  CHECK(rest[0].sender == "club");
  CHECK(std::holds_alternative<verification>(s->verify({})));
}

TEST_CASE("erasing a person takes the requests with it") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  record_one(*s, make(bob, event_kind::opt_in));
  keep(*s, request());
  keep(*s, request(bob));
  erase(*s, alice);
  REQUIRE(all(*s).size() == 1);
  CHECK(all(*s)[0].who.digits == bob);
  erase(*s, bob);
  CHECK(all(*s).empty());
  CHECK(in_files(folder.path(), "START"));  // in the log, until it is purged
  CHECK_FALSE(s->purge());
  CHECK_FALSE(in_files(folder.path(), "START"));
  // What comes late is kept without what would tell the number.
  keep(*s, request());
  REQUIRE(all(*s).size() == 1);
  CHECK(all(*s)[0].who == s->kept_as({alice}));
  CHECK(all(*s)[0].evidence.empty());
  CHECK(all(*s)[0].evidence_sha256.size() == 64);
}

TEST_CASE("files that hold a request of an erased person alone are owed a purge, also after a restart") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path());
    keep(*s, request());
    erase(*s, alice);
    CHECK(s->owes_purge());
  }
  const auto s = opened(folder.path());
  CHECK(s->owes_purge());
  CHECK_FALSE(s->purge());
  CHECK_FALSE(s->owes_purge());
  CHECK_FALSE(in_files(folder.path(), "START"));
}

TEST_CASE("a store that keeps no numbers keeps none of requests either") {
  temporary_folder folder;
  {
    const auto s = opened(folder.path(), true);
    keep(*s, request());
    REQUIRE(all(*s).size() == 1);
    CHECK(all(*s)[0].who.is_hash());
    CHECK(all(*s)[0].evidence.empty());
    CHECK_FALSE(s->purge());
  }
  CHECK_FALSE(in_files(folder.path(), "33612345678"));
}
