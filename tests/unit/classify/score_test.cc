// The gates that the classifier is held to, over labelled replies and ordinary messages.
#include "proxy/classify/classifier.h"
#include "tests/score/labelled.h"
#include "tests/unit/catch.h"

using namespace proxy;

namespace {

const std::filesystem::path data = std::filesystem::path(CONSENTGATE_TESTS_DIR) / "data";

}  // namespace

TEST_CASE("labelled replies are understood as people mean them") {
  std::map<std::string, score::tally> by_language;
  score::tally all;
  for (const score::labelled& l : score::read_labelled(data / "replies.tsv")) {
    const std::string verdict(name(classify(l.text).intent));
    by_language[l.language].add(l.label, verdict);
    all.add(l.label, verdict);
    CAPTURE(l.language, l.text);
    CHECK_FALSE((l.label == "opt_out" && verdict == "opt_in"));
  }
  REQUIRE(all.texts >= 600);
  REQUIRE(by_language.size() >= 25);
  CHECK(all.precision() >= 0.97);
  CHECK(all.recall() >= 0.90);
  CHECK(by_language.at("en").recall() >= 0.92);
  CHECK(by_language.at("fr").recall() >= 0.92);
}

TEST_CASE("a tally counts what is missed and what is taken wrongly") {
  score::tally t;
  t.add("opt_out", "opt_out");
  t.add("opt_out", "none");
  t.add("none", "opt_out");
  t.add("opt_out", "opt_in");
  CHECK(t.recall() == Approx(1.0 / 3));
  CHECK(t.precision() == Approx(0.5));
  CHECK(t.as_opt_in == 1);
}

TEST_CASE("ordinary messages opt nobody out") {
  const std::vector<std::string> messages = score::read_ordinary(data / "ordinary.txt");
  REQUIRE(messages.size() >= 2000);
  int taken = 0;
  for (const std::string& text : messages) {
    const classification c = classify(text);
    if (c.intent != intent::opt_out) continue;
    ++taken;
    UNSCOPED_INFO(c.rule << ": " << text);
  }
  CHECK(taken * 2000 <= static_cast<int>(messages.size()));  // 0.05 %
}
