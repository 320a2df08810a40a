// What is made of the figures: CSV that no spreadsheet executes, text that no terminal obeys, HTML that no browser
// does.
#include <boost/json.hpp>
#include <set>
#include <sstream>

#include "proxy/report/dossier_html.h"
#include "proxy/report/html.h"
#include "proxy/report/report_json.h"
#include "store/csv.h"
#include "tests/unit/catch.h"
#include "tests/unit/report/journalled.h"

using namespace proxy;
using namespace testing;

namespace {

report_figures with_source(const std::string& source) {
  report_figures f;
  f.asked = {at_day(1), at_day(31), {}, {}};
  f.submits = {{"shop", "forwarded", "none", source, 2000}, {"shop", "refused", "no_consent", {}, 1}};
  f.opt_outs["letter"].add(std::chrono::milliseconds{1500});
  f.all_opt_outs.add(std::chrono::milliseconds{1500});
  f.opt_outs_by_source[source] = 1;
  return f;
}

std::vector<std::vector<std::string>> rows_of(const std::string& csv) {
  std::istringstream in(csv);
  store::csv_reader reader(in);
  std::vector<std::vector<std::string>> rows;
  while (auto row = reader.next()) {
    CHECK(row->wrong.empty());
    rows.push_back(row->fields);
  }
  return rows;
}

bool has_row(const std::vector<std::vector<std::string>>& rows, const std::vector<std::string>& row) {
  return std::ranges::find(rows, row) != rows.end();
}

}  // namespace

TEST_CASE("each figure has its line in the CSV") {
  const std::string csv = report_csv(to_json(with_source("a \"list\", of\nJune")));
  const auto rows = rows_of(csv);
  REQUIRE(rows.size() > 10);
  CHECK(rows[0] ==
        std::vector<std::string>{"section", "sender", "source", "method", "verdict", "reason", "measure", "value"});
  for (const auto& row : rows)
    CHECK(row.size() == 8);
  CHECK(has_row(rows, {"report", "", "", "", "", "", "from", "2026-03-01T00:00:00Z"}));
  CHECK(has_row(rows, {"submits", "", "", "", "", "", "total", "2001"}));
  CHECK(has_row(rows, {"submits.by_sender", "shop", "", "", "", "", "forwarded", "2000"}));
  CHECK(has_row(rows, {"refusals.by_reason", "", "", "", "", "no_consent", "count", "1"}));
  CHECK(has_row(rows, {"opt_outs.by_method", "", "", "letter", "", "", "count", "1"}));
  CHECK(has_row(rows, {"opt_outs.by_method", "", "", "letter", "", "", "seconds_to_effect.p95", "1.5"}));
  CHECK(has_row(rows, {"sources", "", "a \"list\", of\nJune", "", "", "", "messages", "2000"}));
  CHECK(has_row(rows, {"sources", "", "a \"list\", of\nJune", "", "", "", "per_thousand", "0.5"}));
  std::size_t bare = 0;  // line ends of RFC 4180, but for the one that is quoted
  for (std::size_t i = 0; i < csv.size(); ++i)
    bare += csv[i] == '\n' && (i == 0 || csv[i - 1] != '\r') ? 1 : 0;
  CHECK(bare == 3);  // the source with its line end stands in three lines
}

TEST_CASE("no cell of the CSV is a formula") {
  for (const std::string source : {"=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0"}) {
    std::size_t seen = 0;
    for (const auto& row : rows_of(report_csv(to_json(with_source(source))))) {
      for (const std::string& cell : row) {
        const auto first = cell.find_first_not_of(' ');
        if (first == std::string::npos) continue;
        CHECK(std::string("=+-@\t\r").find(cell[first]) == std::string::npos);
        seen += cell == "'" + source ? 1 : 0;
      }
    }
    CHECK(seen >= 3);
  }
}

TEST_CASE("the text of a report shows its figures and no control characters") {
  const std::string text = report_text(to_json(with_source("evil\x1b[2J")));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("Submits: 2001 (2000 forwarded, 1 refused, 0 observed)") != std::string::npos);
  CHECK(text.find("  evil [2J      2000         1           0.5\n") != std::string::npos);
  CHECK(text.find("  letter         1   1.5 s  1.5 s    1.5 s\n") != std::string::npos);
  CHECK(text.find("The journal holds no decision.") != std::string::npos);
}

TEST_CASE("hostile texts are only text in a page") {
  CHECK(escaped("<b a='1' c=\"2\">&</b>") == "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;&lt;/b&gt;");
  CHECK(escaped("é漢𝄞\n\t") == "é漢𝄞\n\t");
  CHECK(escaped("a\r\nb") == "a\nb");
  CHECK(escaped(std::string("a\0b\x1b\x7f", 5)) == "a\uFFFDb\uFFFD\uFFFD");
  CHECK(escaped("\xff<\xc3<\xe2\x82") == "\uFFFD&lt;\uFFFD&lt;\uFFFD\uFFFD");
  CHECK(escaped("\u202Egnp.exe \u2066x\u200F\u0085") == "\uFFFDgnp.exe \uFFFDx\uFFFD\uFFFD");
  CHECK(escaped("\u2019 \u202f") == "\u2019 \u202f");
}

TEST_CASE("every text is in every language, with the same places to fill") {
  const auto en = texts::in("en").value(), fr = texts::in("fr").value();
  CHECK_FALSE(texts::in("de"));
  const auto places = [](const std::string& text) {
    std::multiset<char> all;
    for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1))
      all.insert(text[at + 1]);
    return all;
  };
  CHECK(en.all().size() > 150);
  CHECK(en.all().size() == fr.all().size());
  for (const auto& [key, text] : en.all()) {
    INFO(key);
    REQUIRE(fr.all().contains(key));
    CHECK(places(text) == places(fr.all().at(key)));
    CHECK_FALSE(text.empty());
  }
}

TEST_CASE("French has its spaces, apostrophes, numbers") {
  const auto fr = texts::in("fr").value();
  for (const auto& [key, text] : fr.all()) {
    INFO(key);
    for (const char* wrong : {" :", " ;", " !", " ?", "« ", " »", "'", "..."})
      CHECK(text.find(wrong) == std::string::npos);
  }
  CHECK(fr("first_message", {"a", "b"}) == "Premier message\u00a0: a\u202f; dernier message\u00a0: b.");
  CHECK(fr.number(1234567) == "1\u202f234\u202f567");
  CHECK(texts::in("en")->number(999) == "999");
  CHECK(texts::in("en")->number(1000) == "1,000");
  CHECK(fr("made", {"{2}"}).find("{2}") != std::string::npos);  // what is put in is not filled in again
}
