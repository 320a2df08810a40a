#include "proxy/classify/classifier.h"

#include <fstream>
#include <random>
#include <sstream>

#include "proxy/classify/folding.h"
#include "proxy/classify/keyword_table.h"
#include "tests/unit/catch.h"

using namespace proxy;

namespace {

intent meaning(const std::string& text) {
  return classify(text).intent;
}

std::string full_width(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c > 0x20 && c < 0x7F) {
      const unsigned code = 0xFF01U + static_cast<unsigned>(c - 0x21);
      out += {static_cast<char>(0xE0 | code >> 12U), static_cast<char>(0x80 | (code >> 6U & 0x3FU)),
              static_cast<char>(0x80 | (code & 0x3FU))};
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// Each keyword as the file spells it, with the meaning the file gives it.
std::vector<std::pair<std::string, std::string>> spelled_keywords() {
  std::vector<std::pair<std::string, std::string>> all;
  std::istringstream lines(keywords_tsv);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    std::istringstream words(line.substr(second + 1));
    const std::string verdict = line.substr(first + 1, second - first - 1);
    for (std::string word; std::getline(words, word, '|');)
      all.emplace_back(word, verdict == "opt_out_all" ? "opt_out" : verdict);
  }
  return all;
}

}  // namespace

TEST_CASE("every keyword is known however it is dressed") {
  const auto keywords = spelled_keywords();
  REQUIRE(keywords.size() > 150);
  for (const auto& [word, verdict] : keywords) {
    CAPTURE(word);
    for (const std::string& dressed : {word, "  " + word + " \r\n", word + ".", word + " !!", "\"" + word + "\"",
                                       "« " + word + " »", "\xF0\x9F\x9B\x91 " + word, fold(word), word + " " + word,
                                       full_width(word), "\xEF\xBB\xBF" + word + "\xE2\x80\x8B", word + "\xC2\xA0"}) {
      CAPTURE(dressed);
      const classification found = classify(dressed);
      CHECK((found.yes ? "yes" : name(found.intent)) == verdict);
    }
  }
}

TEST_CASE("accents, case and dots on the i do not matter") {
  CHECK(meaning("arrêt") == intent::opt_out);
  CHECK(meaning("Arrêtez") == intent::opt_out);
  CHECK(meaning("DÉSINSCRIPTION") == intent::opt_out);
  CHECK(meaning("iptal") == intent::opt_out);
  CHECK(meaning("ıptal") == intent::opt_out);
  CHECK(meaning("çıkış") == intent::opt_out);
  CHECK(meaning("opt-out") == intent::opt_out);
  CHECK(meaning("στοπ") == intent::opt_out);
  CHECK(meaning("ｽﾄｯﾌﾟ") == intent::opt_out);
}

TEST_CASE("STOP ALL covers everybody, STOP does not") {
  CHECK(classify("stop all").everything);
  CHECK(classify("STOPALL!").everything);
  CHECK_FALSE(classify("stop").everything);
  CHECK(classify("stop").rule == "keyword:en:stop");
  CHECK(classify("hello").rule.empty());
}

TEST_CASE("a yes is known as such, and is nothing by itself") {
  for (const std::string text : {"YES", "Oui !", "sí", "go", "да", "はい", "네"}) {
    CAPTURE(text);
    CHECK(classify(text).yes);
    CHECK(classify(text).intent == intent::none);
  }
  CHECK_FALSE(classify("START").yes);
  CHECK(classify("oui").language == "fr");
}

TEST_CASE("words that only look like keywords mean nothing") {
  for (const std::string text : {"don't stop",
                                 "stop by tomorrow",
                                 "bus stop",
                                 "stp",
                                 "contact me",
                                 "yes",
                                 "oui",
                                 "no",
                                 "go",
                                 "continue",
                                 "",
                                 "   ",
                                 "!!!",
                                 "non-stop",
                                 "stopwatch",
                                 "стопроцентно",
                                 "cancel my order",
                                 "STOP START",
                                 "stop help",
                                 "ne t'arrête pas",
                                 "バス停"}) {
    CAPTURE(text);
    CHECK(meaning(text) == intent::none);
  }
}

TEST_CASE("an opt-out is never read as an opt-in") {
  for (const std::string text :
       {"UNSUBSCRIBE", "désinscription", "désabonnement", "disiscrivimi", "取消订阅", "登録解除"}) {
    CAPTURE(text);
    CHECK(meaning(text) == intent::opt_out);
  }
}

TEST_CASE("any octets are taken") {
  std::mt19937 random(1);  // NOLINT: the same sequence in every run
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 40, '\0');
    for (char& c : text)
      c = static_cast<char>(random());
    const classification c = classify(text);
    CHECK(c.rule.empty() == (c.intent == intent::none));
  }
}

TEST_CASE("a broken keyword file is refused with its line") {
  CHECK_THROWS_WITH(read_keywords("en\topt_out\tSTOP\nen\topt_in\tstop\n"), Catch::Contains("keywords.tsv:2"));
  CHECK_THROWS_WITH(read_keywords("en\tmaybe\tSTOP\n"), Catch::Contains("keywords.tsv:1"));
  CHECK_THROWS_WITH(read_keywords("en\topt_out\t\n"), Catch::Contains("keywords.tsv:1"));
  CHECK_THROWS_WITH(read_keywords("en\topt_out\t!!\n"), Catch::Contains("without a letter"));
}
