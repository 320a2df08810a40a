#include "proxy/classify/classifier.h"

#include "proxy/classify/characters.h"
#include "proxy/classify/languages.h"
#include "proxy/classify/lexicon.h"
#include "proxy/classify/readings.h"
#include "proxy/classify/spacing.h"
#include "proxy/classify/understanding.h"

namespace proxy {
namespace {

std::vector<language_file> all_languages() {
  std::vector<language_file> all;
  for (const language_source& l : language_sources())
    all.push_back(read_language(l.language, l.text, std::string(l.language) + ".txt"));
  return all;
}

language_file operators_own(const own_phrases& own) {
  language_file out{.language = "own", .lines = {}};
  const auto add = [&](const std::vector<std::string>& phrases, line_kind kind) {
    for (const std::string& text : phrases)
      out.lines.push_back({.kind = kind, .word_class = 0, .what = read_phrase(text)});
  };
  add(own.opt_out, line_kind::opt_out);
  add(own.opt_in, line_kind::keyword_opt_in);
  add(own.help, line_kind::keyword_help);
  add(own.ignore, line_kind::ordinary);
  return out;
}

std::shared_ptr<const lexicon> with(const own_phrases& own) {
  std::vector<language_file> all = all_languages();
  all.push_back(operators_own(own));
  return std::make_shared<const lexicon>(all);
}

// Who writes a word of all languages is answered in English. What an operator adds has no language.
classification spoken(classification c) {
  if (c.language == "any") c.language = "en";
  if (c.language == "own") c.language.clear();
  return c;
}

bool means_something(const classification& c) {
  return c.intent != intent::none || c.yes;
}

}  // namespace

classifier::classifier() : classifier(own_phrases{}) {}

classifier::classifier(const own_phrases& own) : lexicon_(with(own)) {}

classification classifier::classify(std::string_view text) const {
  const std::u32string arrived = to_code_points(text);
  const std::vector<std::u32string> others = other_readings(arrived);
  const auto understood_otherwise = [&] {
    for (const std::u32string& other : others) {
      const classification c = understand(*lexicon_, fold_units(other));
      if (means_something(c)) return c;
    }
    return classification{};
  };
  classification found;
  if (is_no_text(arrived)) found = understood_otherwise();
  if (means_something(found)) return spoken(found);
  const units words = fold_units(without_mojibake(arrived));
  found = understand(*lexicon_, words);
  if (means_something(found)) return spoken(found);
  found = understood_otherwise();
  if (means_something(found)) return spoken(found);
  std::vector<std::u32string> respaced = joined(words);
  if (std::u32string more = apart(*lexicon_, words); !more.empty()) respaced.push_back(std::move(more));
  for (const std::u32string& meant : respaced) {
    found = understand(*lexicon_, fold_units(meant));
    if (found.intent == intent::opt_out && !found.rule.starts_with("phrase")) return spoken(found);
  }
  return {};
}

std::shared_ptr<const classifier> classifier_with(const own_phrases& own) {
  static const auto languages_alone = std::make_shared<const classifier>();
  return own == own_phrases{} ? languages_alone : std::make_shared<const classifier>(own);
}

classification classify(std::string_view text) {
  static const auto languages_alone = classifier_with({});
  return languages_alone->classify(text);
}

std::string_view name(intent i) {
  switch (i) {
    case intent::opt_out:
      return "opt_out";
    case intent::opt_in:
      return "opt_in";
    case intent::help:
      return "help";
    case intent::none:
      break;
  }
  return "none";
}

}  // namespace proxy
