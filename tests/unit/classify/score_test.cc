// The gates that the classifier is held to, over labelled replies and ordinary messages.
#include <cstdlib>

#include "proxy/classify/classifier.h"
#include "tests/score/labelled.h"
#include "tests/unit/catch.h"

using namespace proxy;

namespace {

const std::filesystem::path data = std::filesystem::path(CONSENTGATE_TESTS_DIR) / "data";

}  // namespace

struct scores {
  std::map<std::string, score::tally> by_language;
  score::tally all;
};

scores scored(const char* file) {
  scores s;
  for (const score::labelled& l : score::read_labelled(data / file)) {
    const std::string verdict(name(classify(l.text).intent));
    s.by_language[l.language].add(l.label, verdict);
    s.all.add(l.label, verdict);
    CAPTURE(file, l.language, l.text);
    CHECK_FALSE((l.label == "opt_out" && verdict == "opt_in"));
  }
  return s;
}

// 0.05 %
void check_nearly_none_is_taken(const std::vector<std::string>& messages) {
  int taken = 0;
  for (const std::string& text : messages) {
    const classification c = classify(text);
    if (c.intent != intent::opt_out) continue;
    ++taken;
    UNSCOPED_INFO(c.rule << ": " << text);
  }
  CHECK(taken * 2000 <= static_cast<int>(messages.size()));
}

TEST_CASE("labelled replies are understood as people mean them") {
  const scores s = scored("replies.tsv");
  REQUIRE(s.all.texts >= 600);
  REQUIRE(s.by_language.size() >= 25);
  CHECK(s.all.precision() >= 0.97);
  for (const auto& [language, t] : s.by_language) {
    CAPTURE(language);
    CHECK(t.recall() >= (language == "en" || language == "fr" ? 0.92 : 0.90));
  }
}

TEST_CASE("replies that the languages were not written with are understood, too") {
  const scores s = scored("replies_held_out.tsv");
  REQUIRE(s.all.texts >= 600);
  REQUIRE(s.by_language.size() >= 25);
  CHECK(s.all.precision() >= 0.97);
  CHECK(s.all.recall() >= 0.90);
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
  check_nearly_none_is_taken(messages);
}

// Others' messages that are not ours to keep, such as the ham of the UCI SMS Spam Collection, one a line.
TEST_CASE("ordinary messages from elsewhere opt nobody out") {
  const char* file = std::getenv("CONSENTGATE_ORDINARY");
  if (file == nullptr) return;
  const std::vector<std::string> messages = score::read_ordinary(file);
  REQUIRE(messages.size() >= 2000);
  check_nearly_none_is_taken(messages);
}
