#include "proxy/admin/effects.h"

#include "tests/unit/catch.h"

using namespace proxy;

namespace {

// Time is counted in days of January 2026; events are recorded in the order of the history.
store::instant day(int d) {
  return store::read_time("2026-01-01T00:00:00Z")->earliest + std::chrono::hours(24 * (d - 1));
}

class history {
 public:
  history& opt_in(int d, const char* scope, store::consent_method m = store::consent_method::web_form) {
    return add(store::event_kind::opt_in, d, scope, m);
  }
  history& opt_out(int d, const char* scope) {
    return add(store::event_kind::opt_out, d, scope, store::consent_method::letter);
  }
  history& recall(int d, const char* source) {
    add(store::event_kind::recall, d, "all", store::consent_method::none);
    events_.back().source = source;
    return *this;
  }
  history& reassigned(int d) { return add(store::event_kind::reassigned, d, "all", store::consent_method::none); }
  history& erasure(int d) { return add(store::event_kind::erasure, d, "all", store::consent_method::none); }
  history& correction(int d, std::size_t of) {
    const store::event_id target = events_[of - 1].id;
    add(store::event_kind::correction, d, "all", store::consent_method::none);
    events_.back().corrects = target;
    return *this;
  }
  history& from(const char* source) {
    events_.back().source = source;
    return *this;
  }
  history& until(int d) {
    events_.back().expires_at = day(d);
    return *this;
  }
  std::vector<std::string> on(int d) const {
    const sender_lookup senders{
        [](const std::string& sender) { return sender == "loner" ? "loner" : "dse"; },
        [](const store::scope& s) { return std::chrono::months(s.name == "forgetful" ? 1 : 0); }};
    std::vector<store::event> recalls;
    for (const auto& e : events_)
      if (e.kind == store::event_kind::recall) recalls.push_back(e);
    return effects(events_, recalls, senders, day(d));
  }

 private:
  history& add(store::event_kind k, int d, const char* scope, store::consent_method m) {
    store::event e;
    e.sequence = events_.size() + 1;
    e.id[8] = static_cast<std::uint8_t>(e.sequence);
    e.kind = k;
    e.occurred_at = day(d);
    e.scope = *store::read_scope(scope);
    e.method = m;
    events_.push_back(e);
    return *this;
  }
  std::vector<store::event> events_;
};

constexpr auto reply = store::consent_method::mo_keyword;
using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("alone, every event is effective") {
  CHECK(history().opt_in(1, "sender:a").on(9) == texts{"effective"});
  CHECK(history().opt_out(1, "all").on(9) == texts{"effective"});
  CHECK(history().on(9).empty());
}

TEST_CASE("a later opt-out ends an opt-in in its scope, and only there") {
  CHECK(history().opt_in(1, "sender:a").opt_out(2, "sender:a").on(9) ==
        texts{"ended by opt-out 2 of 2026-01-02T00:00:00Z", "effective"});
  CHECK(history().opt_in(1, "sender:a").opt_out(2, "group:dse").on(9)[0] ==
        "ended by opt-out 2 of 2026-01-02T00:00:00Z");
  CHECK(history().opt_in(1, "group:dse").opt_out(2, "all").on(9)[0] == "ended by opt-out 2 of 2026-01-02T00:00:00Z");
  CHECK(history().opt_in(1, "sender:a").opt_out(2, "sender:b").on(9)[0] == "effective");
  CHECK(history().opt_in(1, "group:dse").opt_out(2, "sender:a").on(9)[0] == "effective");
  CHECK(history().opt_in(1, "sender:loner").opt_out(2, "group:dse").on(9)[0] == "effective");
}

TEST_CASE("the first opt-out to end an opt-in is the one that is named") {
  CHECK(history().opt_in(1, "sender:a").opt_out(4, "all").opt_out(2, "sender:a").on(9)[0] ==
        "ended by opt-out 3 of 2026-01-02T00:00:00Z");
}

TEST_CASE("an opt-in that arrives after an opt-out it does not lift is ineffective") {
  const std::string stands = "ineffective: opt-out 1 of 2026-01-05T00:00:00Z stands";
  CHECK(history().opt_out(5, "group:dse").opt_in(1, "sender:a").on(9)[1] == stands);         // late and old
  CHECK(history().opt_out(5, "group:dse").opt_in(7, "sender:a").on(9)[1] == stands);         // newer, but entered
  CHECK(history().opt_out(5, "group:dse").opt_in(5, "sender:a", reply).on(9)[1] == stands);  // ties go to the opt-out
}

TEST_CASE("the person's own later reply lifts, for its scope") {
  const auto lifted =
      history().opt_out(2, "group:dse").opt_in(3, "sender:a", reply).opt_in(4, "sender:a").opt_in(4, "sender:b").on(9);
  CHECK(lifted ==
        texts{"effective", "effective", "effective", "ineffective: opt-out 1 of 2026-01-02T00:00:00Z stands"});
  CHECK(history().opt_out(2, "sender:a").opt_in(3, "sender:a", reply).on(9)[0] ==
        "lifted by opt-in 2 of 2026-01-03T00:00:00Z");
  // An opt-in from before the opt-out stays ended.
  CHECK(history().opt_in(1, "sender:a").opt_out(2, "sender:a").opt_in(3, "sender:a", reply).on(9)[0] ==
        "ended by opt-out 2 of 2026-01-02T00:00:00Z");
}

TEST_CASE("opt-ins expire at the instant they name") {
  const auto h = history().opt_in(1, "sender:a").until(5);
  CHECK(h.on(4)[0] == "effective");
  CHECK(h.on(5)[0] == "expired on 2026-01-05T00:00:00Z");
}

TEST_CASE("an expired lift revives nothing") {
  const auto h = history().opt_out(2, "sender:a").opt_in(3, "sender:a", reply).until(4).opt_in(5, "sender:a").on(9);
  CHECK(h == texts{"lifted by opt-in 2 of 2026-01-03T00:00:00Z", "expired on 2026-01-04T00:00:00Z", "effective"});
}

TEST_CASE("a recall voids what its source said up to it, but no reply") {
  CHECK(history().opt_in(1, "sender:a").from("bought").recall(3, "bought").on(9)[0] ==
        "recalled by 2 of 2026-01-03T00:00:00Z");
  CHECK(history().recall(3, "bought").opt_in(1, "sender:a").from("bought").on(9)[1] ==
        "recalled by 1 of 2026-01-03T00:00:00Z");
  CHECK(history().opt_in(4, "sender:a").from("bought").recall(3, "bought").on(9)[0] == "effective");
  CHECK(history().opt_in(1, "sender:a").from("own").recall(3, "bought").on(9)[0] == "effective");
  CHECK(history().opt_in(1, "sender:a", reply).from("bought").recall(3, "bought").on(9)[0] == "effective");
}

TEST_CASE("the person's reply since then confirms what a recalled source brought") {
  const auto h = history().opt_in(1, "sender:a").from("bought").recall(3, "bought").opt_in(4, "sender:a", reply);
  CHECK(h.on(9)[0] == "effective");
}

TEST_CASE("a reassignment voids opt-ins and replies up to it, and no opt-out") {
  const auto h = history().opt_in(1, "sender:a").opt_in(2, "sender:b", reply).opt_out(2, "sender:c").reassigned(3);
  CHECK(h.on(9) == texts{"void: the number was reassigned, 4 of 2026-01-03T00:00:00Z",
                         "void: the number was reassigned, 4 of 2026-01-03T00:00:00Z", "effective", "effective"});
}

TEST_CASE("an erasure voids opt-ins and replies up to it, whose proofs went with it, and no opt-out") {
  const auto h = history().opt_in(1, "sender:a").opt_in(2, "sender:b", reply).opt_out(2, "sender:c").erasure(3);
  CHECK(h.on(9) == texts{"void: the person was erased, 4 of 2026-01-03T00:00:00Z",
                         "void: the person was erased, 4 of 2026-01-03T00:00:00Z", "effective", "effective"});
  CHECK(history().erasure(3).opt_in(4, "sender:a").on(9)[1] == "effective");
}

TEST_CASE("what a correction undid counts for nothing else either") {
  const auto h = history().opt_in(1, "sender:a").opt_out(2, "sender:a").correction(3, 2);
  CHECK(h.on(9) == texts{"effective", "corrected by 3 of 2026-01-03T00:00:00Z", "effective"});
}

TEST_CASE("an opt-in without an expiry ends with its life") {
  CHECK(history().opt_in(1, "sender:forgetful").on(31)[0] == "effective");
  CHECK(history().opt_in(1, "sender:forgetful").on(32)[0] == "expired on 2026-02-01T00:00:00Z");
}
