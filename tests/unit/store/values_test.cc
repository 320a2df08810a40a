#include <sstream>

#include "store/csv.h"
#include "store/entry.h"
#include "store/import.h"
#include "store/telling_digits.h"
#include "tests/unit/catch.h"
#include "tests/unit/temporary_folder.h"

using namespace store;

namespace {

const numbering_plan france{"33", "0", "00"};

std::string read(std::string_view text, number_kind kind = number_kind::unknown, const numbering_plan& plan = france) {
  const auto n = read_number(text, kind, plan);
  return n ? to_string(*n) : "unreadable";
}

std::string time(std::string_view text) {
  const auto t = read_time(text);
  if (!t) return "none";
  return t->earliest == t->latest ? to_string(t->earliest) : to_string(t->earliest) + " " + to_string(t->latest);
}

entry good() {
  entry e;
  e.number = "+33612345678";
  e.event = "opt_in";
  e.scope = "sender:shop";
  e.occurred_at = "2026-01-02";
  e.method = "web_form";
  e.source = "form";
  e.collector = "us";
  e.evidence = "file:1";
  return e;
}

const instant today = read_time("2026-06-01T12:00:00Z")->earliest;

std::vector<std::string> refused(const entry& e) {
  const auto checked = check(e, france, today);
  std::vector<std::string> fields;
  if (const auto* reasons = std::get_if<std::vector<refusal>>(&checked)) {
    for (const refusal& r : *reasons)
      fields.push_back(r.field);
  }
  return fields;
}

}  // namespace

TEST_CASE("numbers are read as the interface has it") {
  const auto international = number_kind::international, national = number_kind::national;
  for (const std::string text :
       {"+33612345678", "0033612345678", "+33 (0)6 12-34.56 78", "0612345678", "33612345678"}) {
    CAPTURE(text);
    CHECK(read(text) == "33612345678");
  }
  CHECK(read("33612345678", international) == "33612345678");
  CHECK(read("+33612345678", national) == "33612345678");
  CHECK(read("612345678", national) == "33612345678");
  CHECK(read("0612345678", national) == "33612345678");
  CHECK(read("12025550123") == "12025550123");
  CHECK(read("0612345678", number_kind::unknown, {}) == "unreadable");
  CHECK(read("612345678", national, {}) == "unreadable");
  for (const std::string text : {"", "1234567", "1234567890123456", "33a12345678", "+", "http://x", "３３６", "0"}) {
    CAPTURE(text);
    CHECK(read(text) == "unreadable");
  }
}

TEST_CASE("times") {
  CHECK(time("2026-11-24T10:00:00Z") == "2026-11-24T10:00:00Z");
  CHECK(time("2026-11-24T10:00:00.25+02:00") == "2026-11-24T08:00:00.250000Z");
  CHECK(time("2024-02-29") == "2024-02-29T00:00:00Z 2024-02-29T23:59:59.999999Z");
  for (const std::string text : {"", "2026-02-29", "2026-13-01", "2026-11-24T25:00:00Z", "2026-11-24T10:00:00",
                                 "24/11/2026", "2026-11-24Z", "2026-11-24T10:00:00Zx"}) {
    CAPTURE(text);
    CHECK(time(text) == "none");
  }
}

TEST_CASE("an opt-in that could not be defended is refused, with every reason") {
  CHECK(refused(good()).empty());
  entry e = good();
  e.occurred_at = e.method = e.source = e.collector = e.evidence = "";
  CHECK(refused(e) == std::vector<std::string>{"occurred_at", "method", "source", "collector", "evidence"});
  const auto one = [](std::string entry::* field, const std::string& value) {
    entry changed = good();
    changed.*field = value;
    return refused(changed);
  };
  using fields = std::vector<std::string>;
  CHECK(one(&entry::source_kind, "scraped") == fields{"source_kind"});
  CHECK(one(&entry::source_kind, "broker").empty());
  CHECK(one(&entry::occurred_at, "2026-06-02") == fields{"occurred_at"});
  CHECK(one(&entry::method, "letter") == fields{"method"});
  for (const char* forged : {"mo_keyword", "double_opt_in", "carrier"})
    CHECK(one(&entry::method, forged) == fields{"method"});
  for (const char* own : {"recall", "erasure", "correction", "reassigned", "opt"})
    CHECK_FALSE(one(&entry::event, own).empty());
  CHECK(one(&entry::scope, "everybody") == fields{"scope"});
  CHECK(one(&entry::number, "12") == fields{"number"});
  CHECK(one(&entry::evidence_sha256, "abc") == fields{"evidence_sha256"});
  CHECK(one(&entry::expires_at, "soon") == fields{"expires_at"});
  CHECK(one(&entry::source, "a\nb") == fields{"source"});
  CHECK(one(&entry::source, "\xFF") == fields{"source"});
}

TEST_CASE("an opt-out needs only number, event and scope, and counts from now when it has no time or a future one") {
  for (const std::string text : {"", "2026-06-01", "2999-01-01T00:00:00Z"}) {
    entry e;
    e.number = "33612345678";
    e.event = "opt_out";
    e.scope = "all";
    e.occurred_at = text;
    const auto checked = check(e, france, today);
    REQUIRE(std::holds_alternative<event>(checked));
    CHECK(std::get<event>(checked).occurred_at == today);
  }
  entry e = good();
  e.event = "opt_out";
  CHECK(std::get<event>(check(e, france, today)).occurred_at == read_time("2026-01-02")->latest);
  CHECK(std::get<event>(check(good(), france, today)).occurred_at == read_time("2026-01-02")->earliest);
}

TEST_CASE("what stays when a person is erased does not tell the number") {
  using fields = std::vector<std::string>;
  for (const char* telling :
       {"form of +33612345678", "06 12 34 56 78", "hot.line 06-12-34-56-78, Paris", "3132333435363738"}) {
    CAPTURE(telling);
    entry e = good();
    e.source = telling;
    CHECK(refused(e) == fields{"source"});
    e.collector = telling;
    CHECK(refused(e) == fields{"source", "collector"});
    e.event = "opt_out";
    const auto opposed = std::get<event>(check(e, france, today));  // an opposition is not refused for it
    CHECK(opposed.source.size() == std::string(telling).size());
    CHECK(opposed.source.find_first_of("0123456789") == std::string::npos);
    CHECK_FALSE(tells(opposed.collector, opposed.who));
    entry reassigned;
    reassigned.number = e.number;
    reassigned.occurred_at = "2026-01-02";
    reassigned.source = telling;
    CHECK_FALSE(tells(std::get<event>(check_reassigned(reassigned, france, today)).source, opposed.who));
  }
  entry e = good();
  e.source = "list 2026-03-01, 800 123 456 rows";
  CHECK(refused(e).empty());
  for (const char* of_another : {"friend of 06 87 65 43 21", "33687654321", "+1 713 555 0123"}) {
    e.source = e.collector = of_another;
    CHECK(refused(e) == fields{"source", "collector"});
  }
  e.event = "opt_out";
  CHECK(std::get<event>(check(e, france, today)).source == "+* *** *** ****");
  e = good();
  e.scope = "sender:33612345678";
  CHECK(refused(e) == fields{"scope"});
}

TEST_CASE("a text tells a number by its last eight digits, whatever separates them") {
  const number alice{33612345678};
  for (const char* telling :
       {"33612345678", "0612345678x", "(0)6.12.34.56.78", "a1b2 3456-7/8", "id 3033363132333435363738", "12345678"})
    CHECK(tells(telling, alice));
  for (const char* not_telling : {"", "1234567", "87654321", "2345678", "12345679", "31323334353637"})
    CHECK_FALSE(tells(not_telling, alice));
  CHECK_FALSE(tells("33612345678", number{}));
}

TEST_CASE("CSV as RFC 4180 has it, and what is not") {
  std::istringstream text("a,b\r\n\"x, \"\"y\"\"\nz\",2\n\n,\n\"open,1\nnext,3\n\"a\"b,4");
  csv_reader reader(text);
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint64_t> lines;
  std::vector<bool> wrong;
  while (const auto row = reader.next()) {
    rows.push_back(row->fields);
    lines.push_back(row->line);
    wrong.push_back(!row->wrong.empty());
  }
  REQUIRE(rows.size() == 6);
  CHECK(rows[0] == std::vector<std::string>{"a", "b"});
  CHECK(rows[1] == std::vector<std::string>{"x, \"y\"\nz", "2"});
  CHECK(rows[2] == std::vector<std::string>{"", ""});
  CHECK(rows[4] == std::vector<std::string>{"next", "3"});
  CHECK(lines == std::vector<std::uint64_t>{1, 2, 5, 6, 7, 8});
  CHECK(wrong == std::vector<bool>{false, false, false, true, false, true});
}

TEST_CASE("a field over several lines keeps its line ends, and a row's own end is none of it") {
  std::istringstream text("\"a\r\nb\",c\r\n\"x\ny\r\n\",z\n");
  csv_reader reader(text);
  const auto first = reader.next();
  CHECK(first->fields == std::vector<std::string>{"a\r\nb", "c"});
  CHECK(first->raw == "\"a\r\nb\",c");
  const auto second = reader.next();
  CHECK(second->fields == std::vector<std::string>{"x\ny\r\n", "z"});
  CHECK(second->line == 3);
  CHECK_FALSE(reader.next());
}

TEST_CASE("a line without an end in sight is refused and not kept") {
  std::istringstream text("a,b\n" + std::string(5'000'000, 'x') + "\nc,d\n" + std::string(200'000, 'y'));
  csv_reader reader(text);
  CHECK(reader.next()->wrong.empty());
  const auto longest = reader.next();
  CHECK(longest->wrong == "it is longer than 65536 octets");
  CHECK(longest->raw.size() == 80);
  const auto after = reader.next();
  CHECK(after->fields == std::vector<std::string>{"c", "d"});
  CHECK(after->line == 3);
  CHECK_FALSE(reader.next()->wrong.empty());
  CHECK_FALSE(reader.next());
  CHECK(reader.octets_read() == 4 + 5'000'001 + 4 + 200'000);
}

TEST_CASE("a quote that is never closed costs its own row, whatever stands behind it") {
  std::string lines = "\"open\n";
  for (int i = 0; i < 50000; ++i)
    lines += "a,b\n";
  std::istringstream text(lines);
  csv_reader reader(text);
  std::size_t rows = 0, wrong = 0;
  while (const auto row = reader.next()) {
    ++rows;
    wrong += !row->wrong.empty();
  }
  CHECK(rows == 50001);
  CHECK(wrong == 1);
}

namespace {

// A file whose disk fails after the first octets.
class failing : public std::stringbuf {
 public:
  failing(const std::string& text, std::size_t good) : std::stringbuf(text, std::ios::in), good_(good) {}

 protected:
  std::streamsize xsgetn(char* to, std::streamsize n) override {
    if (read_ + static_cast<std::size_t>(n) > good_) throw std::runtime_error("the disk failed");
    read_ += static_cast<std::size_t>(n);
    return std::stringbuf::xsgetn(to, n);
  }

 private:
  std::size_t good_, read_ = 0;
};

}  // namespace

TEST_CASE("a file that cannot be read to its end is not taken for a shorter one") {
  testing::temporary_folder folder;
  auto opened = consent_store::open({folder.path(), nullptr});
  failing file("number,event,scope\n33612345678,opt_out,all\n", 10);
  std::istream in(&file);
  import_progress progress;
  const auto why = import_csv(in, *std::get<0>(opened), {}, progress);
  REQUIRE(why);
  CHECK(why->message.find("cannot be read to its end") != std::string::npos);
}

TEST_CASE("an import takes the good rows, reports the others, and changes nothing the second time") {
  testing::temporary_folder folder;
  auto opened = consent_store::open({folder.path(), nullptr});
  auto& s = *std::get<0>(opened);
  std::string csv = "number,event,scope,occurred_at,method,source,collector,evidence\n";
  for (int i = 0; i < 12000; ++i)
    csv += "336" + std::to_string(10000000 + i) + ",opt_in,sender:shop,2026-01-01,sale,list,us,x\n";
  csv += "12,opt_in,sender:shop,,,,,\n33600000001,opt_out,all,,,,,,extra\n";
  for (int round = 0; round < 2; ++round) {
    std::istringstream in(csv);
    import_progress progress;
    import_options o;
    std::vector<refused_row> rows;
    o.on_refused = [&](const refused_row& r) { rows.push_back(r); };
    CHECK_FALSE(import_csv(in, s, o, progress));
    CHECK(progress.rows == 12002);
    CHECK(progress.taken == (round == 0 ? 12000 : 0));
    CHECK(progress.unchanged == (round == 0 ? 0 : 12000));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].line == 12002);
    CHECK(rows[0].reasons.size() == 6);
    CHECK(rows[1].reasons.at(0).field == "row");
  }
  CHECK(s.stats().ledger_events == 12000);
}

TEST_CASE("a file that cannot be read as a whole takes nothing") {
  testing::temporary_folder folder;
  auto opened = consent_store::open({folder.path(), nullptr});
  auto& s = *std::get<0>(opened);
  const std::string row = "33612345678,opt_out,all\n";
  for (const std::string& text :
       {std::string(), "number,event\n" + row, "number,event,scope,number\n" + row, "number,event,scop\n" + row,
        std::string("number,event,scope,\"wording\n"), "number,event,scope\n" + row + "\xE9,opt_out,all\n"}) {
    std::istringstream in(text);
    import_progress progress;
    CHECK(import_csv(in, s, {}, progress));
  }
  CHECK(s.stats().ledger_events == 0);
}

// Numbers of digits alone are read eight digits at a time: each digit counts at its place, and nothing but digits does.
TEST_CASE("each digit of a number counts, wherever it stands") {
  const numbering_plan nowhere;
  for (std::size_t length = 1; length <= 18; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (int digit = at == 0 ? 1 : 0; digit <= 9; ++digit) {
        std::string text(length, '7');
        text[at] = static_cast<char>('0' + digit);
        CHECK(read(text, number_kind::international, nowhere) == (length < 8 || length > 15 ? "unreadable" : text));
      }
      for (const char other : {'/', ':', 'a', '*', '\0', '\xB0'}) {
        std::string text(length, '7');
        text[at] = other;
        CHECK(read(text, number_kind::international, nowhere) == "unreadable");
      }
    }
  }
  CHECK(read("0612345678") == "33612345678");
  CHECK(read("61234567", number_kind::national) == "3361234567");
  CHECK(read("0033612345678") == "33612345678");
}
