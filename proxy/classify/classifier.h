// What a person's reply means: the keyword table of proxy/classify/keywords.tsv, after folding case, accents, width,
// punctuation and surrounding white space.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

enum class intent { none, opt_out, opt_in, help };

struct classification {
  proxy::intent intent = proxy::intent::none;
  bool everything = false;  // STOP ALL: an opt-out from everybody
  bool yes = false;         // the answer to a question (OUI, YES, GO); without one that was asked it means nothing
  std::string language{};   // of the rule, ISO 639: "fr"; empty for none
  std::string rule{};       // what decided, "keyword:fr:arret"; empty for none
};

// `text` is UTF-8; invalid octets are tolerated. Thread safe.
classification classify(std::string_view text);

std::string_view name(intent i);

}  // namespace proxy
