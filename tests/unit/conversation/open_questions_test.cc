#include "proxy/conversation/open_questions.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace proxy;
using namespace testing;
using std::chrono::hours;
using std::chrono::minutes;
using store::consent_method;
using store::event_kind;

namespace {

constexpr store::number her{alice};

sender named(const std::string& name, const std::string& group = "retail") {
  sender s;
  s.name = name;
  s.group = group;
  return s;
}

const sender shop = named("shop"), club = named("club");

struct asking {
  explicit asking(std::size_t capacity = 100) { open(capacity); }
  void open(std::size_t capacity = 100) {
    opened_store.reset();
    questions.emplace(capacity);
    opened_store = opened(folder.path());
    CHECK_FALSE(questions->begin(*opened_store));
  }
  // The SMSC has taken it.
  bool ask(store::instant at, store::number who = her, const sender& s = shop) {
    if (!questions->ask(who, s, "Really?", "{}", at)) return false;
    questions->asked(who, s, at);
    return true;
  }
  void says(event_kind kind, store::scope s, consent_method how = consent_method::mo_keyword) {
    store::event e = make(alice, kind, how, std::move(s));
    e.occurred_at = store::now();
    record_one(*opened_store, e);
  }
  // The store has done what was asked of it before.
  std::size_t kept() const {
    record_one(*opened_store, make(33600000099, event_kind::opt_out));
    return std::get<0>(opened_store->pending_opt_ins()).size();
  }

  temporary_folder folder;
  std::unique_ptr<store::consent_store> opened_store;
  std::optional<open_questions> questions;
};

}  // namespace

TEST_CASE("a question is asked once, and answered once, by the person at the sender it came from") {
  asking a;
  const store::instant now = store::now();
  CHECK(a.ask(now));
  CHECK_FALSE(a.ask(now + minutes(1)));
  CHECK_FALSE(a.questions->answer({alice + 1}, {&shop}, now));
  CHECK_FALSE(a.questions->answer(her, {&club}, now));
  const auto answered = a.questions->answer(her, {&shop}, now + hours(23));
  REQUIRE(answered);
  CHECK(answered->wording == "Really?");
  CHECK_FALSE(a.questions->answer(her, {&shop}, now + hours(23)));
  a.questions->answered(*answered, false);  // not on disk: the person's YES comes again
  REQUIRE(a.questions->answer(her, {&shop}, now + hours(23)));
  CHECK(a.kept() == 1);
  a.questions->answered(*answered, true);
  CHECK(a.ask(now + hours(23)));
}

TEST_CASE("a question is open, and outlives a restart, only once it was sent") {
  asking a;
  const store::instant now = store::now();
  CHECK(a.questions->ask(her, shop, "Really?", "{}", now));
  CHECK_FALSE(a.questions->ask(her, shop, "Really?", "{}", now));
  CHECK(a.questions->is_wanted(her, shop, now));
  CHECK_FALSE(a.questions->answer(her, {&shop}, now));
  CHECK(a.kept() == 0);
  a.open();
  CHECK(a.ask(now));
  CHECK(a.kept() == 1);
  a.questions->close(her, "shop");
  CHECK_FALSE(a.questions->is_wanted(her, shop, now));
  CHECK(a.kept() == 0);

  CHECK(a.questions->ask(her, shop, "Really?", "{}", now));
  a.says(event_kind::opt_out, {store::scope_kind::group, "retail"});
  CHECK_FALSE(a.questions->is_wanted(her, shop, now));
  a.questions->asked(her, shop, store::now());  // it was on its way already
  CHECK_FALSE(a.questions->answer(her, {&shop}, store::now()));
  CHECK(a.kept() == 0);
}

TEST_CASE("after a day it is open no more") {
  asking a;
  const store::instant now = store::now();
  CHECK(a.ask(now));
  CHECK_FALSE(a.questions->answer(her, {&shop}, now + hours(24)));
  CHECK(a.ask(now + hours(24)));
  a.questions->close_old(now + hours(47));
  CHECK(a.questions->answer(her, {&shop}, now + hours(47)));
  CHECK(a.ask(now + hours(48)));
  a.questions->close_old(now + hours(72));
  CHECK_FALSE(a.questions->answer(her, {&shop}, now + hours(48)));
}

TEST_CASE("a later opt-out that concerns the sender cancels it") {
  using store::scope_kind;
  for (const store::scope& s :
       {store::scope{scope_kind::sender, "shop"}, store::scope{scope_kind::group, "retail"}, store::scope{}}) {
    asking a;
    CHECK(a.ask(store::now()));
    a.says(event_kind::opt_out, s);
    CHECK_FALSE(a.questions->answer(her, {&shop}, store::now()));
    CHECK(a.ask(store::now()));  // who asks anew is asked anew
    CHECK(a.questions->answer(her, {&shop}, store::now()));
  }
  for (const store::scope& s : {store::scope{scope_kind::sender, "club"}, store::scope{scope_kind::group, "finance"}}) {
    asking a;
    CHECK(a.ask(store::now()));
    a.says(event_kind::opt_out, s);
    CHECK(a.questions->answer(her, {&shop}, store::now()));
  }
  asking by_letter;
  CHECK(by_letter.ask(store::now()));
  by_letter.says(event_kind::opt_out, {scope_kind::group, "retail"}, consent_method::letter);
  CHECK_FALSE(by_letter.questions->answer(her, {&shop}, store::now()));
}

TEST_CASE("a STOP in the same turn, and one before, cancel nothing that is asked afterwards") {
  asking a;
  const store::instant turn = store::now();
  a.says(event_kind::opt_out, {store::scope_kind::group, "retail"});
  CHECK(a.ask(turn));
  CHECK(a.questions->answer(her, {&shop}, turn + minutes(1)));
}

TEST_CASE("a restart loses no question, and revives none") {
  asking a;
  const store::instant now = store::now();
  CHECK(a.ask(now));
  CHECK(a.ask(now, her, club));
  CHECK(a.ask(now, {alice + 1}));
  a.says(event_kind::opt_in, {store::scope_kind::sender, "shop"},
         consent_method::double_opt_in);  // answered; not forgotten
  a.open();
  CHECK_FALSE(a.questions->answer(her, {&shop}, now + minutes(1)));
  CHECK(a.questions->answer(her, {&club}, now + minutes(1)));
  CHECK(a.questions->answer({alice + 1}, {&shop}, now + minutes(1)));
}

TEST_CASE("who was erased has no open question") {
  asking a;
  CHECK(a.ask(store::now()));
  erase(*a.opened_store, alice);
  CHECK_FALSE(a.questions->answer(her, {&shop}, store::now()));
}

TEST_CASE("beyond the bound the oldest is forgotten, in the store, too") {
  asking a(2);
  const store::instant now = store::now();
  for (std::uint64_t i = 0; i < 3; ++i)
    CHECK(a.ask(now + std::chrono::seconds(i), {alice + i}));
  CHECK_FALSE(a.questions->answer(her, {&shop}, now));
  CHECK(a.questions->answer({alice + 1}, {&shop}, now));
  CHECK(a.kept() == 2);
}

TEST_CASE("a YES to an address of several senders answers the last question") {
  asking a;
  const store::instant now = store::now();
  CHECK(a.ask(now, her, club));
  CHECK(a.ask(now + minutes(1)));
  const auto first = a.questions->answer(her, {&club, &shop}, now + minutes(2));
  REQUIRE(first);
  CHECK(first->sender == "shop");
  const auto second = a.questions->answer(her, {&club, &shop}, now + minutes(3));
  REQUIRE(second);
  CHECK(second->sender == "club");
}
