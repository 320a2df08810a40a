#include "proxy/classify/lexicon.h"

#include <algorithm>
#include <array>

namespace proxy {
namespace {

classification meaning_of(line_kind kind) {
  using enum line_kind;
  switch (kind) {
    case keyword_opt_out:
    case opt_out:
    case opt_out_alone:
    case opt_out_beside:
      return {.intent = intent::opt_out};
    case keyword_opt_out_all:
    case opt_out_all:
      return {.intent = intent::opt_out, .everything = true};
    case keyword_opt_in:
    case opt_in:
    case opt_in_alone:
      return {.intent = intent::opt_in};
    case keyword_help:
      return {.intent = intent::help};
    case keyword_yes:
      return {.yes = true};
    default:
      return {};
  }
}

std::uint16_t class_named(std::string_view name) {
  return static_cast<std::uint16_t>(std::ranges::find(word_classes, name) - word_classes.begin());
}

// What is said and about what: the other words are too many to be told from each other by all but a letter.
bool is_misspelled_often(int word_class) {
  constexpr std::array<std::string_view, 6> classes{"stop", "unsub", "cancel", "remove", "send", "message"};
  return std::ranges::find(classes, word_classes[static_cast<std::size_t>(word_class)]) != classes.end();
}

bool is_keyword(line_kind kind) {
  return kind >= line_kind::keyword_opt_out && kind <= line_kind::keyword_yes;
}

}  // namespace

lexicon::lexicon(const std::vector<language_file>& languages) {
  outputs_.emplace_back();
  meanings_.emplace_back();
  languages_.resize(languages.size());
  for (std::size_t i = 0; i < languages.size(); ++i) {
    languages_[i].name = languages[i].language;
    for (const language_line& line : languages[i].lines)
      add(static_cast<std::uint16_t>(i), line);
  }
}

std::uint32_t lexicon::add_meaning(std::uint16_t language, line_kind kind, const std::string& detail) {
  classification c = meaning_of(kind);
  c.language = languages_[language].name;
  const std::string all = c.everything ? "_all:" : ":";
  c.rule = (is_keyword(kind) ? "keyword" : "phrase") + all + c.language + ":" + detail;
  meanings_.push_back(std::move(c));
  return static_cast<std::uint32_t>(meanings_.size() - 1);
}

void lexicon::add(std::uint16_t language, const language_line& line) {
  using enum line_kind;
  const std::string& said = line.what.items.front().words;
  const bool plain = line.what.items.size() == 1 && !said.empty() && line.what.without.empty();
  const auto kind = static_cast<std::uint16_t>(line.kind);
  if (line.kind == clitics) {
    if (std::ranges::find(clitics_, said) == clitics_.end()) clitics_.push_back(said);
  } else if (!plain || line.kind == opt_out_alone || line.kind == opt_out_beside || line.kind == opt_in_alone) {
    add_rule(language, line);
  } else if (line.kind == line_kind::words || line.kind == ordinary || line.kind == signature) {
    const bool tolerant = line.kind == line_kind::words && is_misspelled_often(line.word_class);
    add_words(said, {language, kind, static_cast<std::uint16_t>(line.word_class), 0}, tolerant);
  } else {
    add_words(said, {language, kind, 0, add_meaning(language, line.kind, said)}, line.kind == keyword_opt_out);
    if (line.kind == keyword_opt_out)
      add_words(said, {language, static_cast<std::uint16_t>(line_kind::words), class_named("keyword"), 0}, false);
  }
}

namespace {

// Written with an apostrophe, a short word is one with what it leans on, as texts are cut into words: "n a" is n'a, and
// "quelqu un" is quelqu'un, but "n ai jamais" and "l arrêt" stay apart.
std::string elided(std::string_view words) {
  constexpr std::string_view leaning = "cdjlmnst";
  constexpr std::size_t shortest_apart = 3;
  std::string out, before;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    const bool leans = before == "qu" || (before.size() == 1 && leaning.find(before.front()) != std::string_view::npos);
    const bool joins = (leans && word.size() < shortest_apart) || (before.size() > 2 && before.ends_with("qu"));
    if (!out.empty() && !joins) out.push_back(' ');
    out += word;
    before = word;
  }
  return out;
}

}  // namespace

void lexicon::add_words(const std::string& words, output o, bool tolerant) {
  if (const std::string as_one = elided(words); as_one != words) add_words(as_one, o, false);
  std::uint32_t node = 0;
  const bool one_word = words.find(' ') == std::string::npos;
  const auto step = [&](std::string_view word) {
    const std::uint64_t key = std::uint64_t{node} << 32U | symbol_of(word, tolerant && one_word);
    const auto [known, is_new] = steps_.try_emplace(key, static_cast<std::uint32_t>(outputs_.size()));
    if (is_new) outputs_.emplace_back();
    node = known->second;
  };
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    std::string word = words.substr(at, end - at);
    at = end + 1;
    if (word.ends_with('*')) {
      step(word);
      continue;
    }
    const units u = fold_units(word);  // characters of scripts without spaces are words of their own
    for (std::size_t i = 0; i < u.list.size(); ++i)
      step(u.word(i));
  }
  outputs_[node].push_back(o);
}

void lexicon::add_rule(std::uint16_t language, const language_line& line) {
  known_language& l = languages_[language];
  rule r{.kind = line.kind,
         .elements = {},
         .any_order = line.what.any_order,
         .without = {},
         .means = add_meaning(language, line.kind, line.what.text)};
  for (const int c : line.what.without)
    r.without.set(static_cast<std::size_t>(c));
  for (const phrase_item& item : line.what.items) {
    rule::element e{.classes = {}, .gap = item.gap};
    for (const int c : item.classes)
      e.classes.set(static_cast<std::size_t>(c));
    if (!item.words.empty()) {
      const auto next = static_cast<std::uint16_t>(word_classes.size() + l.own_classes.size());
      if (next >= class_set{}.size()) throw language_error(l.name + ": too many words within phrases");
      const auto [own, is_new] = l.own_classes.try_emplace(item.words, next);
      if (is_new)
        add_words(item.words, {language, static_cast<std::uint16_t>(line_kind::words), own->second, 0}, false);
      e.classes.set(own->second);
    }
    e.alone = e.classes.count() == 1;
    e.one = e.classes._Find_first();
    r.elements.push_back(e);
  }
  l.rules.push_back(std::move(r));
}

void lexicon::find(const units& text, std::vector<std::vector<hit>>& by_language) const {
  by_language.resize(languages_.size());
  for (auto& hits : by_language)
    hits.clear();
  const std::size_t size = text.list.size();
  constexpr std::size_t short_text = 12;
  static thread_local std::vector<matches> found;
  if (found.size() < size) found.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    found[i].clear();
    if (!text.list[i].number || text.list[i].size < 4)
      find_symbols(text.word(i), text.list[i].single, size <= short_text, found[i]);
  }
  struct walk {
    std::uint32_t node;
    bool corrected;
  };
  std::vector<walk> now, next;
  for (std::size_t start = 0; start < size; ++start) {
    now.assign(1, {0, false});
    for (std::size_t at = start; at < size && !now.empty(); ++at) {
      next.clear();
      for (const walk& w : now) {
        for (const match& m : found[at]) {
          const auto step = steps_.find(std::uint64_t{w.node} << 32U | m.s);
          if (step == steps_.end()) continue;
          const bool corrected = w.corrected || m.corrected;
          next.push_back({step->second, corrected});
          for (const output& o : outputs_[step->second])
            by_language[o.language].push_back({o.language, o.kind, o.word_class, static_cast<std::uint16_t>(start),
                                               static_cast<std::uint16_t>(at + 1), o.means, corrected});
        }
      }
      now.swap(next);
    }
  }
}

}  // namespace proxy
