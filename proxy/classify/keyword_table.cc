#include "proxy/classify/keyword_table.h"

#include <algorithm>
#include <stdexcept>

#include "proxy/classify/folding.h"

namespace proxy {
namespace {

[[noreturn]] void wrong(std::size_t line, const std::string& what) {
  throw std::invalid_argument("keywords.tsv:" + std::to_string(line) + ": " + what);
}

// Cuts the front of `text` up to the separator and returns it.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return front;
}

classification meaning_of(std::string_view word, std::size_t line) {
  if (word == "opt_out") return {.intent = intent::opt_out};
  if (word == "opt_out_all") return {.intent = intent::opt_out, .everything = true};
  if (word == "opt_in") return {.intent = intent::opt_in};
  if (word == "help") return {.intent = intent::help};
  if (word == "yes") return {.yes = true};
  wrong(line, "the meaning must be opt_out, opt_out_all, opt_in, help or yes, not `" + std::string(word) + "`");
}

}  // namespace

keyword_table read_keywords(std::string_view tsv) {
  keyword_table table;
  for (std::size_t number = 1; !tsv.empty(); ++number) {
    std::string_view line = cut(tsv, '\n');
    if (line.empty() || line.front() == '#') continue;
    const std::string_view language = cut(line, '\t');
    classification meaning = meaning_of(cut(line, '\t'), number);
    meaning.language = language;
    if (language.empty() || line.empty()) wrong(number, "a line is: language, tab, meaning, tab, words");
    while (!line.empty()) {
      const std::string folded = fold(cut(line, '|'));
      if (folded.empty()) wrong(number, "a keyword without a letter");
      meaning.rule = "keyword:" + std::string(language) + ":" + folded;
      const auto [known, is_new] = table.try_emplace(folded, meaning);
      const bool same = known->second.intent == meaning.intent && known->second.everything == meaning.everything &&
                        known->second.yes == meaning.yes;
      if (!is_new && !same) wrong(number, "`" + folded + "` already has another meaning: " + known->second.rule);
    }
  }
  return table;
}

}  // namespace proxy
