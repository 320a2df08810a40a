// Each figure of a report against a journal and a ledger made by hand.
#include "proxy/report/report.h"

#include <boost/json.hpp>

#include "proxy/report/report_json.h"
#include "tests/unit/catch.h"
#include "tests/unit/report/journalled.h"
#include "tests/unit/store/journal_lines.h"

using namespace proxy;
using namespace testing;
using boost::json::object;
using boost::json::value;

namespace {

using store::event_kind;

store::event opt_in(std::uint64_t who, const std::string& source,
                    store::scope scope = {store::scope_kind::sender, "shop"}, int day = 1) {
  store::event e = make(who, event_kind::opt_in, store::consent_method::web_form, std::move(scope));
  e.source = source;
  e.occurred_at = at_day(day);
  return e;
}

store::event opt_out(std::uint64_t who, store::consent_method method, store::scope scope, store::instant occurred_at) {
  store::event e = make(who, event_kind::opt_out, method, std::move(scope));
  e.source.clear();
  e.occurred_at = occurred_at;
  return e;
}

report_query everything() {
  return {at_day(1) - std::chrono::years{1}, store::now() + std::chrono::hours{1}, {}, {}};
}

object made(store::consent_store& s, report_query q) {
  report_maker m(s, std::move(q), retail_or_own);
  run(m);
  return to_json(m.figures());
}

const value& at(const object& o, const std::string& pointer) {
  static value document;
  document = o;
  return document.at_pointer(pointer);
}

// The counts of a list, by what they are about.
std::map<std::string, std::uint64_t> counts(const value& list, std::initializer_list<const char*> keys,
                                            const char* count = "count") {
  std::map<std::string, std::uint64_t> all;
  for (const value& one : list.as_array()) {
    std::string key;
    for (const char* k : keys) {
      const value& part = one.at(k);
      key += (key.empty() ? "" : " ") + (part.is_null() ? "-" : std::string(part.as_string()));
    }
    all[key] = one.at(count).to_number<std::uint64_t>();
  }
  return all;
}

using figures = std::map<std::string, std::uint64_t>;
const store::scope retail{store::scope_kind::group, "retail"};
const store::scope shop{store::scope_kind::sender, "shop"};

}  // namespace

TEST_CASE("submits, refusals and the counterfactual, by sender, verdict, reason and source") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  // As a gate writes them: not long before they are on disk.
  const auto earlier = store::now() - std::chrono::hours{20}, later = store::now() - std::chrono::hours{2};
  const auto a = record_one(*s, opt_in(alice, "form"));
  const auto b = record_one(*s, opt_in(alice + 1, "broker"));
  journal(*s, {{earlier, alice, "shop", "forwarded", "none", a.sequence},
               {earlier, alice, "shop", "forwarded", "none", a.sequence},
               {earlier, alice + 1, "shop", "forwarded", "none", b.sequence},
               {earlier, alice + 2, "bank", "forwarded", "none", 0},
               {earlier, alice + 3, "shop", "refused", "no_consent", 0},
               {earlier, alice + 3, "club", "refused", "no_consent", 0},
               {earlier, alice + 1, "shop", "refused", "consent_expired", b.sequence},
               {later, alice + 4, "club", "observed", "no_consent", 0},
               {later, alice + 1, "club", "observed", "consent_expired", b.sequence}});
  const object all = made(*s, everything());
  CHECK(all.at("journal_begins") == store::to_string(earlier).c_str());
  CHECK(at(all, "/submits/total") == 9);
  const value senders = at(all, "/submits/by_sender");
  CHECK(counts(senders, {"sender"}, "forwarded") == figures{{"shop", 3}, {"bank", 1}, {"club", 0}});
  CHECK(counts(senders, {"sender"}, "refused") == figures{{"shop", 2}, {"bank", 0}, {"club", 1}});
  CHECK(counts(senders, {"sender"}, "observed") == figures{{"shop", 0}, {"bank", 0}, {"club", 2}});
  CHECK(at(all, "/refusals/total") == 3);
  CHECK(counts(at(all, "/refusals/by_reason"), {"reason"}) == figures{{"no_consent", 2}, {"consent_expired", 1}});
  CHECK(counts(at(all, "/refusals/by_sender"), {"sender", "reason"}) ==
        figures{{"shop no_consent", 1}, {"shop consent_expired", 1}, {"club no_consent", 1}});
  CHECK(at(all, "/would_have_been_refused/total") == 2);
  CHECK(counts(at(all, "/would_have_been_refused/by_reason"), {"reason"}) ==
        figures{{"no_consent", 1}, {"consent_expired", 1}});
  CHECK(counts(at(all, "/would_have_been_refused/by_sender"), {"sender", "reason"}) ==
        figures{{"club no_consent", 1}, {"club consent_expired", 1}});
  CHECK(counts(at(all, "/would_have_been_refused/by_source"), {"source"}) == figures{{"-", 1}, {"broker", 1}});
  CHECK(counts(all.at("sources"), {"source"}, "messages") == figures{{"form", 2}, {"broker", 1}});

  report_query q = everything();
  q.from = later;
  CHECK(at(made(*s, q), "/submits/total") == 2);
  q = everything();
  q.to = later - std::chrono::microseconds{1};
  CHECK(at(made(*s, q), "/submits/total") == 7);
  q = everything();
  q.sender = "club";
  CHECK(at(made(*s, q), "/submits/total") == 3);
  CHECK(at(made(*s, q), "/refusals/total") == 1);
  q = everything();
  q.source = "broker";
  CHECK(at(made(*s, q), "/submits/total") == 3);
  CHECK(counts(made(*s, q).at("sources"), {"source"}, "messages") == figures{{"broker", 1}});
}

TEST_CASE("opt-outs by method, and how long each took to have effect") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const auto now = store::now();
  const auto ago = [&](auto d) { return now - d; };
  using namespace std::chrono;
  record_one(*s, opt_out(alice, store::consent_method::letter, retail, ago(days{9})));
  record_one(*s, opt_out(alice + 1, store::consent_method::letter, retail, ago(days{3})));
  record_one(*s, opt_out(alice + 2, store::consent_method::letter, shop, ago(days{1})));
  record_one(*s, opt_out(alice + 3, store::consent_method::call, {}, ago(hours{2})));
  record_one(*s, opt_out(alice + 4, store::consent_method::none, {store::scope_kind::sender, "bank"}, now));
  const auto mistake = record_one(*s, opt_out(alice + 5, store::consent_method::call, {}, ago(days{300})));
  store::event correction = make(alice + 5, event_kind::correction, store::consent_method::none, {});
  correction.corrects = mistake.id;
  record_one(*s, correction);

  const object all = made(*s, everything());
  CHECK(at(all, "/opt_outs/total") == 5);
  CHECK(at(all, "/opt_outs/corrected") == 1);
  CHECK(counts(at(all, "/opt_outs/by_method"), {"method"}) == figures{{"letter", 3}, {"call", 1}, {"unspecified", 1}});
  const auto letters = at(all, "/opt_outs/by_method/1");
  REQUIRE(letters.at("method") == "letter");
  // Each is longer by the moment that the test took.
  const auto is_about = [](const value& v, double expected) {
    const auto seconds = v.to_number<double>();
    return seconds >= expected && seconds < expected + 600;
  };
  CHECK(is_about(letters.at("seconds_to_effect").at("median"), 3 * 86400));
  CHECK(is_about(letters.at("seconds_to_effect").at("p95"), 9 * 86400));
  CHECK(is_about(letters.at("seconds_to_effect").at("max"), 9 * 86400));
  CHECK(is_about(at(all, "/opt_outs/seconds_to_effect/median"), 86400));
  CHECK(at(all, "/opt_outs/by_method/2/method") == "unspecified");
  CHECK(is_about(at(all, "/opt_outs/by_method/2/seconds_to_effect/max"), 0));

  report_query q = everything();
  q.sender = "bank";
  CHECK(counts(at(made(*s, q), "/opt_outs/by_method"), {"method"}) == figures{{"call", 1}, {"unspecified", 1}});
  q.sender = "club";
  CHECK(counts(at(made(*s, q), "/opt_outs/by_method"), {"method"}) == figures{{"letter", 2}, {"call", 1}});
  q = everything();
  q.to = now - days{1};  // when they had happened, but none had been recorded
  CHECK(at(made(*s, q), "/opt_outs/total") == 0);
}

TEST_CASE("sources are ranked by the opt-outs for a thousand messages that rested on them") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  std::vector<made_decision> sent;
  const auto sends = [&](std::uint64_t who, const std::string& source, int count) {
    const auto r = record_one(*s, opt_in(who, source));
    for (int i = 0; i < count; ++i)
      sent.push_back({at_day(3), who, "shop", "forwarded", "none", r.sequence});
  };
  sends(alice, "form", 90);
  sends(alice + 1, "form", 10);
  sends(alice + 2, "broker", 4);
  sends(alice + 3, "unused", 0);
  sends(alice + 4, "silent", 7);
  journal(*s, sent);
  record_one(*s, opt_out(alice, store::consent_method::call, retail, at_day(5)));
  record_one(*s, opt_out(alice, store::consent_method::call, retail, at_day(6)));  // nothing is left to end
  record_one(*s, opt_out(alice + 2, store::consent_method::call, retail, at_day(5)));
  record_one(*s, opt_out(alice + 3, store::consent_method::call, {}, at_day(5)));
  record_one(*s, opt_out(alice + 9, store::consent_method::call, {}, at_day(5)));
  const auto sources = made(*s, everything()).at("sources").as_array();
  REQUIRE(sources.size() == 5);
  const auto is = [&](std::size_t place, const value& source, int messages, int opt_outs, const value& rate) {
    const object& o = sources[place].as_object();
    return o.at("source") == source && o.at("messages") == messages && o.at("opt_outs") == opt_outs &&
           o.at("per_thousand") == rate;
  };
  CHECK(is(0, "broker", 4, 1, 250));
  CHECK(is(1, "form", 100, 1, 10));
  CHECK(is(2, "silent", 7, 0, 0));
  CHECK(is(3, nullptr, 0, 2, nullptr));
  CHECK(is(4, "unused", 0, 1, nullptr));

  // What was sent after an opposition was refused because of it, and is put down to the same source.
  const auto sequence = s->head().sequence - 4;  // alice's first opt-out
  journal(*s, {{at_day(7), alice, "shop", "refused", "opted_out", sequence}});
  report_query q = everything();
  q.source = "form";
  CHECK(at(made(*s, q), "/refusals/total") == 1);
  CHECK(at(made(*s, q), "/opt_outs/total") == 1);
}

TEST_CASE("whose consent an opt-out ended") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const auto ended = [&](store::event e) {
    const auto r = record_one(*s, std::move(e));
    attribution a(*s, retail_or_own);
    const auto found = a.ended_by(std::get<0>(s->at(r.sequence)).value());
    return std::get<ended_consent>(found).source;
  };
  const auto call = store::consent_method::call;
  record_one(*s, opt_in(alice, "old"));
  record_one(*s, opt_in(alice, "new", retail, 2));
  CHECK(ended(opt_out(alice, call, {store::scope_kind::sender, "bank"}, at_day(3))) == std::nullopt);
  CHECK(ended(opt_out(alice, call, {store::scope_kind::sender, "club"}, at_day(3))) == "new");
  CHECK(ended(opt_out(alice, call, {}, at_day(3))) == "new");

  record_one(*s, opt_in(alice + 1, "recalled"));
  store::event recall = make(0, event_kind::recall, store::consent_method::none, {});
  recall.source = "recalled";
  recall.occurred_at = store::now();
  record_one(*s, recall);
  CHECK(ended(opt_out(alice + 1, call, retail, at_day(3))) == "recalled");

  store::event over = opt_in(alice + 2, "over");
  over.expires_at = at_day(2);
  record_one(*s, over);
  CHECK(ended(opt_out(alice + 2, call, retail, at_day(3))) == "over");

  record_one(*s, opt_in(alice + 3, "erased"));
  erase(*s, alice + 3);
  CHECK(ended(opt_out(alice + 3, call, retail, at_day(3))) == "erased");
}

TEST_CASE("an erased person's messages and oppositions still count") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const auto a = record_one(*s, opt_in(alice, "form"));
  journal(*s, {{at_day(3), alice, "shop", "forwarded", "none", a.sequence}});
  record_one(*s, opt_out(alice, store::consent_method::call, retail, at_day(5)));
  const object before = made(*s, everything());
  erase(*s, alice);
  report_query q = everything();
  q.to = before.at("to") == "" ? q.to : std::get<0>(s->at(1)).value().recorded_at + std::chrono::hours{1};
  const object after = made(*s, q);
  for (const char* section : {"submits", "opt_outs", "sources"})
    CHECK(after.at(section) == before.at(section));
  CHECK(at(after, "/sources/0/per_thousand") == 1000);
}

TEST_CASE("a journal longer than a step, whose events lie far apart, is counted to its end") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  std::vector<store::event> events;
  for (std::uint64_t i = 0; i < 20000; ++i)
    events.push_back(opt_in(alice + i, i % 3 == 0 ? "third" : "others"));
  done(s->record_and_wait(events));
  std::vector<made_decision> sent;
  for (std::uint64_t i = 0; i < 50000; ++i) {
    const std::uint64_t sequence = 1 + i * 7919 % 20000;  // an opt-in each, in no order
    sent.push_back({at_day(3), alice + sequence - 1, "shop", "forwarded", "none", sequence});
  }
  std::uint64_t third = 0;
  for (const auto& d : sent)
    third += (d.event - 1) % 3 == 0 ? 1 : 0;
  journal(*s, sent);
  const object all = made(*s, everything());
  CHECK(counts(all.at("sources"), {"source"}, "messages") == figures{{"third", third}, {"others", 50000 - third}});
}

TEST_CASE("durations are right to a thousandth, and exact while they are few") {
  durations few;
  CHECK(few.at(0.5) == durations::value{0});
  for (const int seconds : {1, 5, 3, 2, 4})
    few.add(std::chrono::seconds{seconds});
  few.add(durations::value{-5});
  CHECK(few.count() == 6);
  CHECK(few.at(0.5) == std::chrono::seconds{2});
  CHECK(few.at(0.95) == std::chrono::seconds{5});
  CHECK(few.at(0) == durations::value{0});
  durations many;
  for (std::int64_t i = 1; i <= 1000000; ++i)
    many.add(durations::value{i * 1000});
  for (const double share : {0.01, 0.5, 0.95, 0.999}) {
    const double expected = share * 1e9;
    CHECK(static_cast<double>(many.at(share).count()) >= expected);
    CHECK(static_cast<double>(many.at(share).count()) <= expected * 1.001);
  }
  CHECK(many.longest() == std::chrono::seconds{1000});
}

TEST_CASE("what is wrong with an order is told") {
  const std::vector<std::string> known{"shop", "club"};
  const auto wrong = [&](const report_order& o) {
    const auto q = read_report_query(o, known);
    return std::holds_alternative<std::string>(q) ? std::get<std::string>(q) : std::string();
  };
  CHECK(wrong({"2026-03-01", "2026-03-31", "shop", "any"}).empty());
  CHECK(wrong({{}, "2026-03-31", {}, {}}).find("from is missing") != std::string::npos);
  CHECK(wrong({"2026-03-01", {}, {}, {}}).find("to is missing") != std::string::npos);
  CHECK(wrong({"yesterday", "2026-03-31", {}, {}}).find("\"yesterday\"") != std::string::npos);
  CHECK(wrong({"2026-03-01", "2026-02-30", {}, {}}).find("\"2026-02-30\"") != std::string::npos);
  CHECK(wrong({"2026-03-02", "2026-03-01", {}, {}}).find("is after") != std::string::npos);
  CHECK(wrong({"2026-03-01", "2026-03-31", "shpo", {}}).find("no sender shpo") != std::string::npos);
  const auto day = std::get<report_query>(read_report_query({"2026-03-01", "2026-03-01", {}, {}}, known));
  CHECK(day.to - day.from == std::chrono::days{1} - std::chrono::microseconds{1});
}
