// All languages' words and phrases, compiled for one walk over a text.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/classify/classifier.h"
#include "proxy/classify/folding.h"
#include "proxy/classify/language_file.h"

namespace proxy {

using class_set = std::bitset<1024>;  // the named classes, then those that a language's phrases make of their own words

using symbol = std::uint32_t;  // a word or a stem that some language knows

// What words at a place of a text are.
struct hit {
  std::uint16_t language = 0;
  std::uint16_t kind = 0;        // line_kind
  std::uint16_t word_class = 0;  // of words
  std::uint16_t start = 0, end = 0;
  std::uint32_t means = 0;  // of keywords and phrases: lexicon::meaning()
  bool corrected = false;   // the word was spelled otherwise
};

struct rule {
  line_kind kind = line_kind::opt_out;
  struct element {
    class_set classes;
    int gap = 0;
    std::size_t one = 0;  // of the classes: most elements have no other, and are looked for in most texts in vain
    bool alone = false;
  };
  std::vector<element> elements;
  bool any_order = false;
  class_set without;
  std::uint32_t means = 0;
};

class lexicon {
 public:
  // The first is what all languages share.
  explicit lexicon(const std::vector<language_file>& languages);

  std::size_t languages() const { return languages_.size(); }
  const std::string& language(std::size_t i) const { return languages_[i].name; }
  const std::vector<rule>& rules(std::size_t language) const { return languages_[language].rules; }
  const classification& meaning(std::uint32_t means) const { return meanings_[means]; }

  bool has_word(std::string_view word) const { return words_.contains(word); }

  // Every hit in the text, those of one language in the order of their starts.
  void find(const units& text, std::vector<std::vector<hit>>& by_language) const;

 private:
  struct output {
    std::uint16_t language, kind, word_class;
    std::uint32_t means;
  };
  struct known_language {
    std::string name;
    std::vector<rule> rules;
    std::vector<std::string> clitics;
    std::unordered_map<std::string, std::uint16_t> own_classes;  // of words within phrases
  };
  struct letters_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  using symbol_table = std::unordered_map<std::string, symbol, letters_hash, std::equal_to<>>;
  struct match {
    symbol s;
    bool corrected;
  };
  using matches = std::vector<match>;

  void add(std::uint16_t language, const language_line& line);
  void add_words(const std::string& words, output o, bool tolerant);
  void add_rule(std::uint16_t language, const language_line& line);
  std::uint32_t add_meaning(std::uint16_t language, line_kind kind, const std::string& detail);
  symbol symbol_of(std::string_view word, bool tolerant);
  void find_symbols(std::string_view word, bool fixed, bool tolerate, matches& out) const;
  bool find_known(std::string_view word, bool corrected, matches& out) const;
  void find_variants(std::string_view word, bool tolerate, matches& out) const;
  void find_misspelled(std::u32string_view word, bool tolerate, matches& out) const;

  std::vector<known_language> languages_;
  std::vector<classification> meanings_;
  symbol_table words_, stems_;
  std::unordered_multimap<std::string, std::string, letters_hash, std::equal_to<>>
      shortened_;                                                                          // by a word less a letter
  std::unordered_map<std::string, std::string, letters_hash, std::equal_to<>> undoubled_;  // without doubled letters
  std::unordered_map<std::string, bool, letters_hash, std::equal_to<>> tolerant_;
  std::uint64_t stem_lengths_ = 0;  // bit n: a stem has n octets
  std::vector<std::string> clitics_;
  symbol next_symbol_ = 1;
  std::unordered_map<std::uint64_t, std::uint32_t> steps_;  // (node, symbol) to node
  std::vector<std::vector<output>> outputs_;                // by node; 0 is where a walk begins
};

}  // namespace proxy
