#include "store/number_in_text.h"

#include "store/masked_row.h"
#include "tests/unit/catch.h"

using namespace store;

TEST_CASE("what reads like a telephone number, and what does not") {
  for (const char* text :
       {"+33612345678", "call +33 (0)6 12 34 56 78", "+ 33 6 12 34 56", "0612345678", "06.12.34.56.78",
        "12 06 12 34 56 78", "06/12/34/56/78", "33612345678", "list of 33-6-12-34-56-78", "(212) 555-1234",
        "x2125551234y", "20260315 0612345678", "2026-03-15/0612345678", "form 15.3.2026 of +33612345678"}) {
    INFO(text);
    CHECK(names_a_number(text));
  }
  for (const char* text :
       {"", "form", "list-2026-03", "list-2026-03-15 v2", "20260315", "20260315120000", "from 2026-01-01 to 2026-12-31",
        "2026-03-15 10:00:00", "2026-03-15 10:00 - 2026-03-16 11:30", "1.2.2026 - 3.12.2026", "lot 2026-03/12345",
        "36111", "12345678/2026", "1 200 000 rows of 06/12/2026", "batch 123456789", "00000042",
        "019ab4c0-1234-7890-1234-567890123456", "12345 or 54321, 98765"}) {
    INFO(text);
    CHECK_FALSE(names_a_number(text));
  }
}

TEST_CASE("digits are masked where they could tell a number") {
  CHECK(without_telling_digits("06x12x34x56") == "**x**x**x**");
  CHECK(without_telling_digits("06x12x34x5") == "06x12x34x5");
  CHECK(without_numbers("site form") == "site form");
  CHECK(without_numbers("list-2026-03-01") == "list-2026-03-01");
  CHECK(without_numbers("list 20260301 v2") == "list 20260301 v2");
  CHECK(without_numbers("call from +33612345678") == "call from +***********");
  CHECK(without_numbers("+33 6 12 34 56 78, noon") == "+** * ** ** ** **, noon");
  CHECK(without_numbers("06.12.34.56.78 x") == "**.**.**.**.** x");
  CHECK(without_numbers("2026-03-15 10:00 0612345678 12") == "2026-03-15 10:00 ********** **");
  CHECK(without_numbers("").empty());
}

TEST_CASE("a refused row is told without its number, with its line, its other cells and its reasons") {
  import_header h;
  h.columns = {&entry::number, &entry::event, &entry::occurred_at, &entry::evidence};
  const numbering_plan plan{"33"};
  const auto row = [&](std::string text, refusal why) {
    return masked({7, std::move(text), {std::move(why)}}, h, plan);
  };
  const refused_row unreadable = row(
      "06 12 34 56 78x,opt_in,2026-01-15,\"see, 0611111111\"",
      {"number", "cannot read \"06 12 34 56 78x\" as a telephone number; write it as international (+33639980123)"});
  CHECK(unreadable.line == 7);
  CHECK(unreadable.row == "** ** ** ** **x,opt_in,2026-01-15,\"see, **********\"");
  CHECK(unreadable.reasons[0].message ==
        "cannot read \"** ** ** ** **x\" as a telephone number; write it as international (+33639980123)");
  // Eight of its digits are enough to tell a number that could be read.
  CHECK(row("0612345678,opt_in,,12345678", {"occurred_at", "is missing"}).row == "**********,opt_in,,********");
  CHECK(row("0612345678;opt_in;2026", {"row", "it has 1 fields, the header has 4"}).row == "**********;opt_in;****");
  CHECK(row("\"0612345678,opt_in,2026", {"row", "a quote is never closed"}).row == "\"**********,opt_in,****");
}
