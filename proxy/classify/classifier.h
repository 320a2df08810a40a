// What a person's reply means: keywords, phrases and patterns of the languages in proxy/classify/languages, after
// folding what people and transports do to letters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

enum class intent { none, opt_out, opt_in, help };

struct classification {
  proxy::intent intent = proxy::intent::none;
  bool everything = false;  // STOP ALL: an opt-out from everybody
  bool yes = false;         // the answer to a question (OUI, YES, GO); without one that was asked it means nothing
  std::string language{};   // of the rule, ISO 639: "fr"; empty for none
  std::string rule{};       // what decided, "keyword:fr:arret", "phrase:fr:[stop] + [message]"; empty for none
};

// What an operator adds. Words in a row, as languages/README.md describes phrases.
struct own_phrases {
  std::vector<std::string> opt_out;  // wherever it stands
  std::vector<std::string> opt_in;   // the whole text but for politeness
  std::vector<std::string> help;     // the same
  std::vector<std::string> ignore;   // these words mean nothing where they stand together
  bool operator==(const own_phrases&) const = default;
};

class lexicon;

class classifier {
 public:
  classifier();
  // Throws std::invalid_argument when a phrase is not of the form.
  explicit classifier(const own_phrases& own);

  // `text` is UTF-8; invalid octets are tolerated. Thread safe.
  classification classify(std::string_view text) const;

 private:
  std::shared_ptr<const lexicon> lexicon_;
};

// One for all who add nothing, another for each who does.
std::shared_ptr<const classifier> classifier_with(const own_phrases& own);

// With the languages alone.
classification classify(std::string_view text);

std::string_view name(intent i);

}  // namespace proxy
