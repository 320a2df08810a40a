#include "proxy/conversation/texts.h"

#include <set>

#include "proxy/classify/classifier.h"
#include "smpp/outgoing.h"
#include "smpp/utf8.h"
#include "tests/unit/catch.h"

using namespace proxy;

TEST_CASE("the texts that the gate comes with: one for each language that a STOP is understood in, each one SMS") {
  std::set<std::string> languages;
  for (const spoken_text& t : shipped_confirmations()) {
    INFO(t.language);
    CHECK(languages.insert(t.language).second);
    CHECK(smpp::from_utf8(t.text).size() <= 70);
    for (const auto zero :
         {smpp::default_alphabet::gsm7, smpp::default_alphabet::ascii, smpp::default_alphabet::latin1})
      CHECK(smpp::encode(t.text, zero).one_segment);
    CHECK(classify(t.text).intent != intent::opt_in);  // sent back to us by a machine, it must not undo the STOP
  }
  for (const std::string stop : {"STOP", "ARRET", "BAJA", "ABMELDEN", "DISISCRIVI", "СТОП", "退订", "توقف", "停止"}) {
    INFO(stop);
    CHECK(languages.contains(classify(stop).language));
  }
  CHECK(shipped_confirmations().front().language == "en");
}

TEST_CASE("a person gets the text of the language, or the first") {
  const spoken_texts texts{{"fr", "Au revoir"}, {"en", "Bye"}};
  CHECK(text_for(texts, "en").text == "Bye");
  CHECK(text_for(texts, "fr").text == "Au revoir");
  CHECK(text_for(texts, "de").text == "Au revoir");
  CHECK(text_for(texts, "").text == "Au revoir");
}
