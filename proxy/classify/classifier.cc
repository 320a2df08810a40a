#include "proxy/classify/classifier.h"

#include "proxy/classify/characters.h"
#include "proxy/classify/languages.h"
#include "proxy/classify/lexicon.h"
#include "proxy/classify/readings.h"
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

bool means_something(const classification& c) {
  return c.intent != intent::none || c.yes;
}

// Letters that spaces tore apart: "st op".
std::u32string joined(const units& text) {
  std::string letters;
  if (text.list.size() < 2 || text.list.size() > 3) return {};
  for (std::size_t i = 0; i < text.list.size(); ++i)
    letters += text.list[i].single || text.list[i].number ? "" : text.word(i);
  std::u32string all = to_code_points(letters);
  return all.size() >= 4 ? all : std::u32string();
}

}  // namespace

classifier::classifier() : classifier(own_phrases{}) {}

classifier::classifier(const own_phrases& own) : lexicon_(with(own)) {}

classification classifier::classify(std::string_view text) const {
  const std::u32string written = without_mojibake(to_code_points(text));
  const units words = fold_units(written);
  classification found = understand(*lexicon_, words);
  if (means_something(found)) return found;
  for (const std::u32string& other : other_readings(written)) {
    found = understand(*lexicon_, fold_units(other));
    if (means_something(found)) return found;
  }
  if (const std::u32string whole = joined(words); !whole.empty()) {
    found = understand(*lexicon_, fold_units(whole));
    if (found.rule.starts_with("keyword")) return found;
  }
  return {};
}

classification classify(std::string_view text) {
  static const classifier languages_alone;
  return languages_alone.classify(text);
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
