// One person's facts, and the page that tells them.
#include "proxy/report/dossier.h"

#include "proxy/report/dossier_html.h"
#include "tests/unit/catch.h"
#include "tests/unit/report/journalled.h"

using namespace proxy;
using namespace testing;
using store::event_kind;

namespace {

dossier made(store::consent_store& s, std::uint64_t who) {
  dossier_maker m(s, {who}, retail_or_own, [](const store::scope&) { return std::chrono::months{0}; }, at_day(28));
  run(m);
  return m.take();
}

std::string page(const dossier& d, const std::string& language = "en") {
  return to_html(d, texts::in(language).value());
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

store::event opt_out(store::consent_method method, store::instant occurred_at) {
  store::event e = make(alice, event_kind::opt_out, method, {store::scope_kind::group, "retail"});
  e.occurred_at = occurred_at;
  e.evidence.clear();
  e.source.clear();
  return e;
}

store::event recall_of(const std::string& source) {
  store::event e = make(0, event_kind::recall, store::consent_method::none, {});
  e.source = source;
  e.occurred_at = store::now();
  e.reason = "no proof";
  return e;
}

}  // namespace

TEST_CASE("a dossier has the person's messages, events and what became of them, and nobody else's") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  store::event consent = make(alice, event_kind::opt_in);
  consent.source = "supplier";
  const auto in = record_one(*s, consent);
  record_one(*s, make(alice + 1, event_kind::opt_in));
  const auto out = record_one(*s, opt_out(store::consent_method::letter, at_day(5)));
  const auto recall = record_one(*s, recall_of("supplier"));
  record_one(*s, recall_of("another"));
  journal(*s, {{at_day(3), alice, "shop", "forwarded", "none", in.sequence, true, 0, "id1"},
               {at_day(6), alice, "shop", "forwarded", "none", in.sequence, true, 0x58, ""},
               {at_day(7), alice, "club", "observed", "no_consent", 0},
               {at_day(7), alice, "bank", "forwarded", "none", 0},
               {at_day(7), alice + 1, "shop", "forwarded", "none", 2},
               {at_day(8) + std::chrono::months{1}, alice, "shop", "refused", "opted_out", out.sequence}});
  const dossier d = made(*s, alice);
  CHECK(d.message_count == 5);
  REQUIRE(d.messages.size() == 5);
  CHECK(d.messages[0].message_id == "id1");
  CHECK(d.messages[1].command_status == 0x58);
  CHECK(d.by_month.size() == 2);
  CHECK(d.by_month.at(std::chrono::year{2026} / 3).forwarded == 3);
  CHECK(d.by_month.at(std::chrono::year{2026} / 3).observed == 1);
  CHECK(d.by_month.at(std::chrono::year{2026} / 4).refused == 1);
  REQUIRE(d.events.size() == 2);
  CHECK(d.events[0].effect.what == effect::kind::ended);
  CHECK(d.events[0].effect.by == out.sequence);
  CHECK(d.events[1].effect.what == effect::kind::effective);
  CHECK(d.events[1].sent_meanwhile == 2);  // shop's second and club's; bank is not of the group, the last was refused
  REQUIRE(d.recalls.size() == 1);
  CHECK(d.recalls[0].sequence == recall.sequence);
  CHECK(d.chain.events == 5);
  CHECK(d.chain.first_misfit == 0);
  CHECK(d.journal_begins == at_day(3));

  const std::string html = page(d);
  CHECK(has(html, "accepted, message_id id1"));
  CHECK(has(html, "not accepted, command_status 0x00000058"));
  CHECK(has(html, "<a href=\"#e1\">consent, event 1</a>"));
  CHECK(has(html, "<a href=\"#e3\">opposition, event 3</a>"));
  CHECK(has(html, "refused: the person had objected"));
  CHECK(has(html, "<h3 class=\"month\">March 2026</h3>"));
  CHECK(has(html, "5 events, none altered, none missing"));
  CHECK_FALSE(has(html, "another"));
}

TEST_CASE("a missing proof is said, a whole one is not complained of") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  record_one(*s, make(alice, event_kind::opt_in));
  const std::string lacking = page(made(*s, alice));
  CHECK(has(lacking, "The proof of this consent is incomplete."));
  CHECK(has(lacking, "No digest is recorded"));
  CHECK(has(lacking, "what the person was told is not known"));
  store::event none = make(alice + 2, event_kind::opt_in);
  none.evidence.clear();
  record_one(*s, none);
  CHECK(has(page(made(*s, alice + 2)), "No proof is recorded."));
  store::event whole = make(alice + 1, event_kind::opt_in);
  whole.evidence_sha256 = std::string(64, 'a');
  whole.wording = "I agree";
  record_one(*s, whole);
  const std::string complete = page(made(*s, alice + 1));
  CHECK_FALSE(has(complete, "incomplete"));
  CHECK_FALSE(has(complete, "No digest"));
  CHECK(has(complete, "I agree"));
}

TEST_CASE("nothing that others wrote is markup in the page") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const std::string evil = "\"'><script>alert(1)</script><img src=x onerror=y>";
  store::event e = make(alice, event_kind::opt_in);
  e.actor = e.source = e.collector = e.evidence = e.wording = e.evidence_sha256 = evil;
  e.scope = {store::scope_kind::sender, evil};
  record_one(*s, e);
  store::event stop = opt_out(store::consent_method::mo_keyword, at_day(5));
  stop.evidence = R"({"text":")" + std::string("<script>alert(2)</script>") + R"(","rule":"<b>"})";
  record_one(*s, stop);
  store::event r = make(alice, event_kind::reassigned, store::consent_method::none, {});
  r.source = r.reason = r.actor = evil;
  record_one(*s, r);
  record_one(*s, [&] {
    store::event by = recall_of(evil);
    by.reason = by.actor = evil;
    return by;
  }());
  journal(*s, {{at_day(3), alice, evil, evil, evil, 1, true, 0, evil, evil}});
  for (const char* language : {"en", "fr"}) {
    const std::string html = page(made(*s, alice), language);
    CHECK_FALSE(has(html, "<script"));
    CHECK_FALSE(has(html, "<img"));
    CHECK_FALSE(has(html, "<b>\""));
    CHECK(has(html, "&lt;script&gt;alert(2)"));
    std::size_t seen = 0;
    for (auto at = html.find("onerror=y&gt;"); at != std::string::npos; at = html.find("onerror=y&gt;", at + 1))
      ++seen;
    CHECK(seen >= 12);
  }
}

TEST_CASE("an unknown number: nothing is known, and no message was sent") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const dossier d = made(*s, alice);
  CHECK(has(page(d), "Nothing is known of this number"));
  CHECK(has(page(d), "No message to this number was forwarded or refused"));
  CHECK(has(page(d), "The ledger holds no event."));
  CHECK(has(page(d, "fr"), "Rien n’est connu de ce numéro\u00a0:"));
}

TEST_CASE("an erased person's dossier says so, and keeps times, oppositions and messages") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const auto in = record_one(*s, make(alice, event_kind::opt_in));
  journal(*s, {{at_day(3), alice, "shop", "forwarded", "none", in.sequence}});
  record_one(*s, opt_out(store::consent_method::call, at_day(5)));
  erase(*s, alice, "asked by letter");
  const dossier d = made(*s, alice);
  CHECK(d.kept_as.starts_with("hash:"));
  CHECK(d.message_count == 1);
  const std::string html = page(d);
  CHECK(has(html, "The person was erased by event 3"));
  CHECK(has(html, "Nothing is kept since the erasure (event 3)."));
  CHECK(has(html, "asked by letter"));
  CHECK(has(html, "2026-03-05 00:00:00"));
  CHECK_FALSE(has(html, "file:1"));
}

TEST_CASE("corrections are shown, and what they undid is not counted") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const auto mistake = record_one(*s, opt_out(store::consent_method::call, at_day(5)));
  store::event c = make(alice, event_kind::correction, store::consent_method::none, {});
  c.corrects = mistake.id;
  c.source.clear();
  c.reason = "another person called";
  record_one(*s, c);
  const std::string html = page(made(*s, alice));
  CHECK(has(html, "<b>0</b> oppositions"));
  CHECK(has(html, "entered by mistake, corrected on"));
  CHECK(has(html, "another person called"));
  CHECK(has(html, "<a href=\"#e1\">event 1</a>"));
}

TEST_CASE("thousands of messages are listed by month; more than a page can hold are counted, and it says so") {
  dossier d;
  d.number = "33612345678";
  d.made_at = at_day(28);
  d.message_count = 3000;
  for (int i = 0; i < 2000; ++i)
    d.messages.push_back({at_day(1) + std::chrono::hours{i}, "shop", "shop", "forwarded", "none", 0, true, 0, "m"});
  d.by_month[std::chrono::year{2026} / 3].forwarded = 3000;
  const std::string html = page(d);
  CHECK(has(html, "Only the 2,000 oldest of 3,000 messages"));
  CHECK(has(html, "<h3 class=\"month\">May 2026</h3>"));
  CHECK(has(page(d, "fr"), "Seuls les 2\u202f000 plus anciens des 3\u202f000 messages"));
}
