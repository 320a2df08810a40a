// Lists at the door: refused rows to send back, and what a list is worth.
#include "store/import.h"

#include <sstream>

#include "tests/unit/catch.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/temporary_folder.h"

using namespace store;
using namespace testing;

namespace {

const std::string header = "number,event,scope,occurred_at,method,source,collector,evidence\n";

std::string row(const std::string& number, const std::string& rest = "paper,list,us,x") {
  return number + ",opt_in,sender:shop,2026-01-01," + rest + "\n";
}

struct run {
  import_progress progress;
  std::string rejected;
  std::vector<std::string> warnings;
  std::optional<failure> failed;

  run(consent_store& s, const std::string& csv, import_options o = {}) {
    std::istringstream in(csv);
    std::vector<refused_row> refused;
    o.on_refused = [&](const refused_row& r) { refused.push_back(r); };
    o.on_warning = [&](std::uint64_t, std::string text) { warnings.push_back(std::move(text)); };
    failed = import_csv(in, s, o, progress);
    if (progress.header.empty()) return;
    const rejects to_send(progress.header);
    rejected = to_send.header();
    for (const refused_row& r : refused)
      rejected += to_send.line(r);
  }
};

import_options dry() {
  import_options o;
  o.dry_run = true;
  return o;
}

}  // namespace

TEST_CASE("a refused row keeps its octets, and its reason stands behind it") {
  const refused_row r{7,
                      R"(x, "b" ,"c ""d""
e",)",
                      {{"number", "cannot read \"x\"", "unreadable"}, {"scope", "is missing", "missing"}}};
  const rejects plain("number,event,scope,source");
  CHECK(plain.header() == "number,event,scope,source,reason\r\n");
  // A quote in a field without quotes is no CSV: the cell gets them, and is the same.
  CHECK(
      plain.line(r) ==
      "\"x\",\" \"\"b\"\" \",\"c \"\"d\"\"\ne\",\"\",\"line 7: number: cannot read \"\"x\"\"; scope: is missing\"\r\n");
  const refused_row strict{7, "x,\"b,\r\n1\",,", {{"scope", "is missing", "missing"}}};
  CHECK(plain.line(strict) == "x,\"b,\r\n1\",,,\"line 7: scope: is missing\"\r\n");
}

TEST_CASE("a reason from an earlier round makes way") {
  const rejects again("\xEF\xBB\xBF\"number\",event,\"reason\"");
  CHECK(again.header() == "\xEF\xBB\xBF\"number\",event,reason\r\n");
  CHECK(again.line({2, "1,\"a\nb\",\"line 9: old, reason\"", {{"number", "n", "k"}}}) ==
        "1,\"a\nb\",\"line 2: number: n\"\r\n");
}

TEST_CASE("no cell that is sent back is a formula, and the apostrophe is gone when it returns") {
  const rejects to_send("number,event,source,evidence");
  const refused_row r{2, "+33 6 12,opt_in,\"=cmd|' /C calc'!A0\",@x", {{"number", "n", "k"}}};
  CHECK(to_send.line(r) == "\"+33 6 12\",\"opt_in\",\"'=cmd|' /C calc'!A0\",\"'@x\",\"line 2: number: n\"\r\n");
  CHECK(to_send.line({3, "=1+1", {{"row", "it is none", "field_count"}}}).starts_with("\"'=1+1\","));
  CHECK(begins_a_formula("  -2+cmd|x"));
  CHECK(begins_a_formula("\tx"));
  CHECK_FALSE(begins_a_formula("-33"));
  CHECK_FALSE(begins_a_formula("+33 (0)6.12-34/56"));
  CHECK_FALSE(begins_a_formula("2026-01-01"));
  CHECK_FALSE(begins_a_formula(""));
  CHECK(as_it_was_sent("'=1") == "=1");
  CHECK(as_it_was_sent("'s Hertogenbosch") == "'s Hertogenbosch");

  temporary_folder folder;
  const auto s = opened(folder.path());
  const std::string columns = "number,event,scope,occurred_at,method,source,collector,evidence";
  const run first(*s, columns + "\r\n12,opt_in,sender:shop,2026-01-01,paper,=list,us,file:1\r\n");
  REQUIRE(first.progress.refused == 1);
  std::string corrected = first.rejected;
  corrected.replace(corrected.find("\"12\""), 4, "33612345678");
  const run second(*s, corrected);
  CHECK(second.progress.taken == 1);
  const auto history = s->history(number{33612345678});
  CHECK(std::get<std::vector<event>>(history).front().source == "=list");
}

TEST_CASE("what is no row stands whole in the first cell") {
  const rejects to_send("number,event,scope");
  for (const std::string& raw :
       {std::string("a,b"), std::string("a,b,c,d"), std::string("\"a,b,c"), std::string("a,b,c")}) {
    const std::string line = to_send.line({3, raw, {{"row", "it is none", "field_count"}}});
    CHECK(line == as_csv_field(raw) + ",,,\"line 3: row: it is none\"\r\n");
    CHECK(split_row(std::string_view(line).substr(0, line.size() - 2)).fields.size() == 4);
  }
}

TEST_CASE("refused rows come back as they are refused again and are taken once corrected") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const run first(*s, header + row("12") + "33612345678,opt_out\n" + row("33612345679"));
  CHECK(first.progress.taken == 1);
  const run again(*s, first.rejected);
  CHECK(again.progress.refused == 2);
  CHECK(again.progress.taken == 0);
  std::string corrected = first.rejected;
  corrected.replace(corrected.find("\n12,") + 1, 2, "33612345679");
  const run third(*s, corrected);
  CHECK(third.progress.refused == 1);
  CHECK(third.progress.unchanged == 1);  // the column reason is no part of the row
}

TEST_CASE("what a row is worth as things stand") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  auto opt_out = make(33612345678, event_kind::opt_out, consent_method::letter, {scope_kind::group, "retail"});
  auto recall = make(0, event_kind::recall);
  recall.source = "sold";
  recall.occurred_at = now();
  auto gone = make(33612345679, event_kind::reassigned);
  gone.scope = {};
  gone.occurred_at = now();
  for (const auto& e : {opt_out, recall, gone})
    record_one(*s, e);
  import_options o = dry();
  o.rules_of = [](const scope& sc) { return scope_rules{sc.name == "shop", "retail", std::chrono::months{36}}; };
  const std::string csv = header + row("33612345678") + row("33612345670", "paper,sold,us,x") + row("33612345679") +
                          "33612345671,opt_in,sender:shop,2019-01-01,paper,list,us,x\n" + row("33612345672") +
                          row("33612345672") + "33612345673,opt_out,sender:shpo,,,,,\n";
  const run foreseen(*s, csv, o);
  CHECK(s->stats().ledger_events == 3);
  o.dry_run = false;
  const run done(*s, csv, o);
  for (const run* r : {&foreseen, &done}) {
    const import_figures& f = r->progress.figures;
    CHECK(f.all.taken == 6);
    CHECK(f.all.unchanged == 1);
    CHECK(f.all.opted_out == 1);
    CHECK(f.all.source_recalled == 1);
    CHECK(f.all.number_reassigned == 1);
    CHECK(f.all.consent_expired == 1);
    CHECK(f.all.effective_opt_ins == 1);
    CHECK(f.all.opt_outs == 1);
    CHECK(f.duplicates == 1);
    CHECK(f.scopes_not_configured == std::map<std::string, std::uint64_t>{{"sender:shpo", 1}});
    CHECK(r->warnings.size() == 1);
  }
  const run later(*s, csv, dry());
  CHECK(later.progress.unchanged == 7);
  CHECK(later.progress.figures.duplicates == 0);
}

TEST_CASE("an opt-in from before an opt-out that was taken back is beaten by it") {
  const question q{1, 2, consent_rule::opt_in, now()};
  const auto at = [](int day) { return instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / day}}; };
  const auto fact_of_day = [&](int day, scope_id s) {
    fact f;
    f.occurred_at = at(day);
    f.scope = s;
    return f;
  };
  fact opt_out = fact_of_day(10, 2);
  opt_out.opt_out = true;
  fact reply = fact_of_day(12, 1);
  reply.by_reply = true;
  const auto arrives = [&](int day) { return judge_arrival(std::vector{opt_out, reply}, {}, fact_of_day(day, 1), q); };
  CHECK(arrives(9) == standing::opted_out);
  CHECK(arrives(11) == standing::allowed);
  CHECK(judge_arrival(std::vector{opt_out}, {}, fact_of_day(11, 1), q) == standing::opted_out);
}

TEST_CASE("the figures stay small whatever the file is like") {
  import_figures f;
  for (int i = 0; i < 3000; ++i) {
    counted_row r;
    r.source = "s" + std::to_string(i);
    f.count(r, row_verdict::taken);
    f.count_not_configured({scope_kind::sender, "s" + std::to_string(i)});
  }
  CHECK(f.sources.size() == 1000);
  CHECK(f.rows_of_other_sources == 2000);
  CHECK(f.scopes_not_configured.size() == 1000);
  CHECK(f.rows_of_other_scopes_not_configured == 2000);
  CHECK(f.all.taken == 3000);
  seen_rows seen(2);
  for (std::uint8_t i = 0; i < 2; ++i)
    seen.add({i});
  CHECK(seen.is_exact());
  seen.add({9});
  CHECK_FALSE(seen.is_exact());
  CHECK(seen.contains({1}));
}

TEST_CASE("a long list is taken whole, in whatever order, and what stands in it twice once") {
  temporary_folder folder;
  constexpr int numbers = 70000;
  std::string csv = header;
  for (int i = 0; i < numbers; ++i)
    csv += row("+336" + std::to_string(10000000 + i * 7919 % numbers));
  csv += row("+33610000000") + row("+33610069999", "paper,other list,us,x");
  {
    const auto s = opened(folder.path());
    const run first(*s, csv);
    CHECK(first.progress.taken == numbers + 1);
    CHECK(first.progress.figures.duplicates == 1);
    CHECK(first.progress.figures.sources.at({"other list", ""}).taken == 1);
    CHECK(s->stats().numbers == numbers);
    CHECK(std::get<0>(s->history({33610069999})).size() == 2);
  }
  const auto s = opened(folder.path());
  CHECK(s->stats().numbers == numbers);
  CHECK(verified(*s).events == numbers + 1);
  const run again(*s, csv);
  CHECK(again.progress.unchanged == numbers + 2);
  CHECK(again.progress.figures.duplicates == 0);
  CHECK(s->stats().ledger_events == numbers + 1);
}

TEST_CASE("a short list is in the ledger in its own order") {
  temporary_folder folder;
  const auto s = opened(folder.path());
  const run taken(*s, header + row("33612345679") + row("33612345670") + row("33612345678"));
  std::vector<std::uint64_t> numbers;
  CHECK_FALSE(s->scan(0, [&](const event& e) {
    numbers.push_back(e.who.digits);
    return true;
  }));
  CHECK(numbers == std::vector<std::uint64_t>{33612345679, 33612345670, 33612345678});
}

TEST_CASE("a registry of reassigned numbers") {
  const instant today{std::chrono::sys_days{std::chrono::year{2026} / 2 / 1} + std::chrono::hours{12}};
  const auto checked = [&](const std::string& when, const std::string& event = "") {
    entry e;
    e.number = "+33612345678";
    e.occurred_at = when;
    e.event = event;
    return check_reassigned(e, {}, today);
  };
  const auto taken = std::get<event>(checked("2026-01-01", "reassigned"));
  CHECK(taken.kind == event_kind::reassigned);
  CHECK(taken.scope == scope{});
  CHECK(to_string(taken.occurred_at) == "2026-01-01T23:59:59.999999Z");
  CHECK(std::get<event>(checked("2026-02-01")).occurred_at == today);
  for (const auto& [when, what, field] :
       {std::tuple("2026-02-02", "", "occurred_at"), std::tuple("", "", "occurred_at"),
        std::tuple("x", "", "occurred_at"), std::tuple("2026-01-01", "opt_in", "event")})
    CHECK(std::get<std::vector<refusal>>(checked(when, what)).at(0).field == field);
}

TEST_CASE("every refusal has a kind") {
  entry e;
  e.event = "opt_in";
  e.source_kind = "x";
  e.evidence_sha256 = "x";
  e.expires_at = "x";
  for (const char* method : {"", "x", "letter", "carrier"}) {
    e.method = method;
    const auto reasons = std::get<std::vector<refusal>>(check(e, {}, now()));
    for (const refusal& r : reasons)
      CHECK_FALSE(r.kind.empty());
  }
}
