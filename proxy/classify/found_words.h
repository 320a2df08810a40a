// The words found in a text: which languages it may be in, and which words mean nothing in it.
#pragma once

#include <vector>

#include "proxy/classify/lexicon.h"
#include "proxy/classify/matcher.h"

namespace proxy {

class found_words {
 public:
  struct candidate {
    std::size_t language;
    std::size_t covered;  // how many units it knows
  };

  found_words(const lexicon& known, const units& text);
  // Finds the languages, and the words that mean nothing; a bare keyword, which most texts are, is known without.
  void weigh();

  const lexicon& known() const { return known_; }
  const units& text() const { return text_; }
  const unit& at(std::size_t i) const { return text_.list[i]; }
  std::size_t size() const { return size_; }  // without a signature
  const std::vector<std::vector<hit>>& by_language() const { return *hits_; }
  const std::vector<hit>& hits(std::size_t language) const { return (*hits_)[language]; }
  // Of what has been weighed:
  const std::vector<candidate>& candidates() const { return candidates_; }  // the likeliest first
  const std::vector<bool>& used() const { return used_; }                   // set aside by ordinary phrases of any form
  bool said_otherwise(std::size_t i) const { return said_otherwise_[i]; }   // by those whose words stand in a row
  bool is_free(const hit& h) const;
  bool is_shared_stop(const hit& h) const;  // STOP is everybody's word, although it is told as English
  std::size_t end_of_clause(std::size_t first) const;
  bool refuses() const;  // something that an opt-in never says
  const classification& meaning(const hit& h) const { return known_.meaning(h.means); }
  // A rule that all languages share is told as the one of the text's.
  void adopt(classification& c, std::size_t language) const;

  template <typename Function>
  void each_hit(Function f) const {
    for (const std::vector<hit>& of_language : *hits_) {
      for (const hit& h : of_language)
        f(h);
    }
  }

  template <typename Function>
  void each_rule(std::size_t language, Function f) const {
    for (const rule& r : known_.rules(language))
      f(r);
    if (language == 0) return;
    for (const rule& r : known_.rules(0))
      f(r);
  }

 private:
  void cut_signature();
  void rank();
  void set_ordinary_aside();
  bool refuses_within(std::size_t language, const matcher::span& s) const;
  bool is_part_of_opt_out(std::size_t language, const hit& h) const;

  const lexicon& known_;
  const units& text_;
  std::size_t size_;
  std::vector<std::vector<hit>>* hits_ = nullptr;
  std::vector<candidate> candidates_;
  std::vector<bool> used_;
  std::vector<bool> said_otherwise_;
};

}  // namespace proxy
