// What the gate says to people: confirmation, help, double_opt_in.
#include "tests/unit/config/loading.h"

using namespace proxy;
using namespace testing;
using lines = std::vector<std::string>;

namespace {

sender_config sender_with(const std::string& settings) {
  return valid_after_upstreams("senders:\n  - name: shop\n    " + settings + "\n").senders.at(0);
}

lines errors_with(const std::string& settings, const std::string& upstreams = upstream_line) {
  return errors_in(upstreams + "senders:\n  - name: shop\n    " + settings + "\n");
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

}  // namespace

TEST_CASE("the gate says nothing unless it is told to") {
  for (const std::string settings : {"group: g", "confirmation: off"}) {
    const sender_config s = sender_with(settings);
    CHECK_FALSE(s.confirmation);
    CHECK_FALSE(s.help);
    CHECK_FALSE(s.double_opt_in);
  }
}

TEST_CASE("a confirmation with the texts of the gate, or its own in the order of the file") {
  for (const std::string settings : {"confirmation: on", "confirmation: {}"}) {
    const auto texts = sender_with(settings).confirmation;
    REQUIRE(texts);
    CHECK(texts->empty());
  }
  CHECK(sender_with("confirmation: {text: {fr: \"Désinscrit.\", en: Bye, no: Hade}}").confirmation ==
        spoken_texts{{"fr", "Désinscrit."}, {"en", "Bye"}, {"no", "Hade"}});
}

TEST_CASE("help and a question need a text") {
  const sender_config s = sender_with("help: {text: {en: Shop Ltd}}\n    double_opt_in: {question: {en: \"Really?\"}}");
  CHECK(s.help == spoken_texts{{"en", "Shop Ltd"}});
  CHECK(s.double_opt_in == spoken_texts{{"en", "Really?"}});
  CHECK(errors_with("help: {}") == lines{"4:11: `senders[0].help` needs `text`, a text for each language"});
  CHECK(errors_with("double_opt_in: {text: {en: x}}") ==
        lines{"4:20: `senders[0].double_opt_in` needs `question`, a text for each language",
              "4:21: unknown key `text` in `senders[0].double_opt_in`; known are `question`"});
  CHECK(errors_with("help: on") == lines{"4:11: `senders[0].help` must be a mapping of `key: value` lines"});
}

TEST_CASE("what is no text, and no language") {
  const std::string must = "; it must be a mapping from language to text, such as `{en: \"...\", fr: \"...\"}`";
  CHECK(errors_with("confirmation: maybe") ==
        lines{"4:19: `senders[0].confirmation` is `maybe`; it must be one of on, off"});
  CHECK(errors_with("confirmation: {text: Bye}") == lines{"4:26: `senders[0].confirmation.text` is `Bye`" + must});
  CHECK(errors_with("confirmation: {text: {}}") == lines{"4:26: `senders[0].confirmation.text` is empty" + must});
  CHECK(
      errors_with("confirmation: {text: {french: x, en: \"\"}}") ==
      lines{
          "4:27: `french` in `senders[0].confirmation.text` is not a language; it must be its ISO 639 code, such as fr",
          "4:42: `senders[0].confirmation.text.en` is empty; it must be a text"});
  CHECK(errors_with("confirmation: {text: {fr: x, fr: y}}") == lines{"4:34: `fr` is given twice; keep one"});
}

TEST_CASE("a text that needs two segments is refused, for each upstream's alphabet") {
  const auto with = [](const std::string& text) { return "confirmation: {text: {fr: \"" + text + "\"}}"; };
  CHECK(errors_with(with(repeated("é", 160))).empty());
  CHECK(errors_with(with(repeated("a", 161))) ==
        lines{"4:31: `senders[0].confirmation.text.fr` does not fit into one SMS; it must be at most 160 characters of "
              "GSM 7-bit, in which []{}\\~^| and the euro sign count twice"});
  CHECK(errors_with(with(repeated("ê", 71))) ==
        lines{"4:31: `senders[0].confirmation.text.fr` does not fit into one SMS; it must be at most 70 characters, "
              "since not all of them are in the default alphabet of smsc.example:2775"});
  const std::string two =
      "upstreams: [{address: \"a.example:1\"}, {address: \"b.example:2\", default_alphabet: ascii}]\n";
  CHECK(errors_with(with(repeated("é", 71)), two).at(0).ends_with("of b.example:2"));
  CHECK(errors_with(with(repeated("é", 70)), two).empty());
}
