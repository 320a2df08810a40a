#include "proxy/classify/classifier.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "proxy/classify/folding.h"
#include "proxy/classify/language_file.h"
#include "proxy/classify/languages.h"
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

std::string upper(const std::string& text) {
  std::string out;
  icu::UnicodeString::fromUTF8(text).toUpper(icu::Locale::getRoot()).toUTF8String(out);
  return out;
}

std::string lower(const std::string& text) {
  std::string out;
  icu::UnicodeString::fromUTF8(text).toLower(icu::Locale::getRoot()).toUTF8String(out);
  return out;
}

// Each keyword as its file spells it, with the meaning the file gives it.
std::vector<std::pair<std::string, std::string>> spelled_keywords() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const language_source& source : language_sources()) {
    for (const language_line& line : read_language(source.language, source.text, "").lines) {
      using enum line_kind;
      const std::string& spelled = line.what.text;
      if (line.kind == keyword_opt_out || line.kind == keyword_opt_out_all) all.emplace_back(spelled, "opt_out");
      if (line.kind == keyword_opt_in) all.emplace_back(spelled, "opt_in");
      if (line.kind == keyword_help) all.emplace_back(spelled, "help");
      if (line.kind == keyword_yes) all.emplace_back(spelled, "yes");
    }
  }
  return all;
}

}  // namespace

void check_dressed(const std::string& word, const std::string& verdict) {
  CAPTURE(word);
  for (const std::string& dressed :
       {word, "  " + word + " \r\n", word + ".", word + " !!", word + "?", "\"" + word + "\"", "« " + word + " »",
        "\xF0\x9F\x9B\x91 " + word, word + " \xF0\x9F\x99\x8F", fold(word), word + " " + word, full_width(word),
        upper(word), lower(word), word + "\nSent from my iPhone", word + "\nEnvoyé de mon iPhone",
        "\xEF\xBB\xBF" + word + "\xE2\x80\x8B", word + "\xC2\xA0"}) {
    CAPTURE(dressed);
    const classification found = classify(dressed);
    CHECK((found.yes ? "yes" : name(found.intent)) == verdict);
  }
}

TEST_CASE("every keyword is known however it is dressed") {
  const auto keywords = spelled_keywords();
  REQUIRE(keywords.size() > 1000);
  for (const auto& [word, verdict] : keywords)
    check_dressed(word, verdict);
}

TEST_CASE("what operators publish is known however it is dressed") {
  std::ifstream in(std::string(CONSENTGATE_TESTS_DIR) + "/data/keywords.tsv");
  REQUIRE(in);
  int known = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.front() == '#') continue;
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    const std::string meaning = line.substr(first + 1, second - first - 1);
    std::istringstream words(line.substr(second + 1));
    for (std::string word; std::getline(words, word, '|'); ++known)
      check_dressed(word, meaning == "opt_out_all" ? "opt_out" : meaning);
  }
  CHECK(known > 200);
}

TEST_CASE("damage on the way is repaired") {
  for (const std::string text :
       {"ArrÃªt", "ARR?T", "ARRETEZ@", "匀吀伀倀", "ΣTOΠ", "С Т О П", "s.t.o.p", "ＳＴＯＰ", "𝐒𝐓𝐎𝐏", "ⓈⓉⓄⓅ", "stpo",
        "st op", "ST0P", "STOP36111", "S̶T̶O̶P̶", "إلغـــاء", "ｽﾄｯﾌﾟ", "S\xC3\xAA\x13\n"}) {
    CAPTURE(text);
    CHECK(meaning(text) == intent::opt_out);
  }
}

TEST_CASE("septets that were read as octets are read again") {
  const auto packed = [](const std::string& text) {
    std::string octets;
    unsigned bits = 0, held = 0;
    for (const char c : text) {
      bits |= static_cast<unsigned>(c) << held;
      for (held += 7; held >= 8; held -= 8, bits >>= 8U)
        octets.push_back(static_cast<char>(bits & 0xFFU));
    }
    if (held > 0) octets.push_back(static_cast<char>(bits));
    return octets;
  };
  const auto as_latin = [](const std::string& octets) {
    std::string out;
    for (const char c : octets) {
      const auto octet = static_cast<unsigned char>(c);
      if (octet >= 0x80) out.push_back(static_cast<char>(0xC0 | octet >> 6U));
      out.push_back(octet >= 0x80 ? static_cast<char>(0x80 | (octet & 0x3F)) : c);
    }
    return out;
  };
  constexpr std::size_t shortest = 4;
  int below_0x80 = 0;
  for (const auto& [word, verdict] : spelled_keywords()) {
    if (word.size() < shortest || !std::ranges::all_of(word, [](char c) { return c >= ' ' && c < 0x7F; })) continue;
    const std::string octets = packed(word);
    below_0x80 += std::ranges::all_of(octets, [](char c) { return c > 0; }) ? 1 : 0;
    CAPTURE(word, octets);
    const classification found = classify(as_latin(octets));
    CHECK((found.yes ? "yes" : name(found.intent)) == verdict);
  }
  CHECK(below_0x80 >= 5);
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

TEST_CASE("what stands beside an opt-out takes nothing from it") {
  for (const std::string text :
       {"Not interested, wrong number, stop", "no thanks, stop", "You have my husband's number?? Delete it",
        "kolikrát mám psát STOP", "怎么退订？不想收了", "nemám zájem, nepište", "cancel my subscription"}) {
    CAPTURE(text);
    CHECK(meaning(text) == intent::opt_out);
  }
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
                                 "STOP!! no way did she say that",
                                 "Sorry wrong number! I meant to text my sister",
                                 "arrête tu me fais rire",
                                 "je passe au stop",
                                 "T'as vu, y a STOP au 36111 sous la photo du chien, c'est quoi ?",
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
    CHECK(c.rule.empty() == (c.intent == intent::none && !c.yes));
  }
}

TEST_CASE("STOP is said in the language of the words beside it") {
  const auto language = [](const char* text) { return classify(text).language; };
  CHECK(language("STOP") == "en");
  CHECK(language("stop svp merci") == "fr");
  CHECK(language("STOP merci") == "fr");
  CHECK(language("Stop bitte danke") == "de");
  CHECK(language("stop gracias") == "es");
  CHECK(language("STOP grazie") == "it");
  CHECK(language("stop please thanks") == "en");
  CHECK(language("stop thanks merci") == "en");
  CHECK(language("stop hvala") == "en");  // Croatian, Slovene or Serbian
}

TEST_CASE("words that were torn, joined, drawn or misspelled") {
  const auto says = [](const char* text) { return name(classify(text).intent); };
  for (const char* text :
       {"STOPmerci", "stopstopstop", "st op", "afmled", "5TOP", "4e STOP !", "\xF0\x9F\x9A\xAB", "Oui stop",
        "Please stop.\nThank you,\nMary", "?ELIM SE ODJAVITI, NE ?ELIM VI?E PORUKE", "who is this? stop texting me"}) {
    CAPTURE(text);
    CHECK(says(text) == "opt_out");
  }
  CHECK(says("Stopover") == "none");
  CHECK(says("2nd bus stop on the left") == "none");
}

TEST_CASE("an opt-in may speak of the opt-out it undoes, and no opt-out is read as one") {
  const auto says = [](const char* text) { return name(classify(text).intent); };
  CHECK(says("I unsubscribed by mistake, please add me back") == "opt_in");
  CHECK(says("je me suis désinscrit par erreur, remettez-moi") == "opt_in");
  CHECK(says("You put me back on the list by mistake, take me off") == "opt_out");
  CHECK(says("unsubscribed by mistake? no, never add me back") != "opt_in");
}

TEST_CASE("a broken language file is refused with its line") {
  const auto read = [](const std::string& text) { return read_language("en", text, "en.txt"); };
  CHECK_THROWS_WITH(read("stop: halt\nstpo: x\n"), Catch::Contains("en.txt:2: `stpo` is no class of words"));
  CHECK_THROWS_WITH(read("stop halt\n"), Catch::Contains("en.txt:1"));
  CHECK_THROWS_WITH(read("# words\n\nstop: halt,, end\n"), Catch::Contains("en.txt:3: two commas"));
  CHECK_THROWS_WITH(read("stop:\n"), Catch::Contains("has no words"));
  CHECK_THROWS_WITH(read("stop: !!\n"), Catch::Contains("has no letter"));
  CHECK_THROWS_WITH(read("stop: [not] this\n"), Catch::Contains("only words may stand here"));
  CHECK_THROWS_WITH(read("opt_out: [nott] this\n"), Catch::Contains("`nott` is no class"));
  CHECK_THROWS_WITH(read("opt_out: [not this\n"), Catch::Contains("a [ without its ]"));
  CHECK_THROWS_WITH(read("opt_out: [not] ..\n"), Catch::Contains("something must follow"));
  CHECK_THROWS_WITH(read("opt_out: [not] - this\n"), Catch::Contains("must be a [class]"));
}

TEST_CASE("an operator's own phrases come on top") {
  const classifier own(
      {.opt_out = {"adieu facteur"}, .opt_in = {"bienvenue"}, .help = {"au secours"}, .ignore = {"stop gagnant"}});
  CHECK(own.classify("alors adieu le facteur").intent == intent::none);
  CHECK(own.classify("alors adieu facteur, bon vent").rule == "phrase:own:adieu facteur");
  CHECK(own.classify("Bienvenue !").intent == intent::opt_in);
  CHECK(own.classify("bienvenue chez nous au village").intent == intent::none);
  CHECK(own.classify("Au secours").intent == intent::help);
  CHECK(own.classify("stop gagnant").intent == intent::none);
  CHECK(own.classify("stop").intent == intent::opt_out);
  CHECK(classify("adieu facteur").intent == intent::none);
  CHECK_THROWS_AS(classifier({.opt_out = {"[nothing"}, .opt_in = {}, .help = {}, .ignore = {}}), std::invalid_argument);
}

TEST_CASE("a first sentence that politely asks to stop is meant, whatever follows") {
  CHECK(classify("Please stop. I'm grieving").intent == intent::opt_out);
  CHECK(classify("Arrêtez svp. Je suis en deuil.").intent == intent::opt_out);
  CHECK(classify("Stop. Hammer time").intent == intent::none);                // asks for nothing
  CHECK(classify("Please stop. The bus is leaving").intent == intent::none);  // of something else
}

TEST_CASE("phrases are known with and without their apostrophes") {
  for (const char* text : {"Kevin n'a plus ce portable", "Kevin n a plus ce portable", "Kevin na plus ce portable",
                           "vous confondez avec quelqu'un d'autre"}) {
    CAPTURE(text);
    CHECK(classify(text).intent == intent::opt_out);
  }
}

TEST_CASE("five words in a row say the same whatever stands around them") {
  CHECK(classify("blarg wibble quux frob snark plugh my number out of your gizmo").intent == intent::opt_out);
}
