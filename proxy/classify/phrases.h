// What the phrases of a text say, wherever they stand: they count only among words that their language knows.
#pragma once

#include <optional>
#include <vector>

#include "proxy/classify/found_words.h"
#include "proxy/classify/matcher.h"

namespace proxy {

class phrases {
 public:
  explicit phrases(const found_words& found) : found_(found) {}

  // The opt-out, or the opt-in, that a phrase says in one of the languages the text may be in.
  std::optional<classification> said(bool out);
  // "Unsubscribed by mistake, add me back": an opt-in that speaks of the opt-out it undoes.
  std::optional<classification> undone() const;

 private:
  std::optional<classification> literal(std::size_t language, std::size_t as, bool out) const;
  bool only_fillers_around(const matcher::span& s) const;
  bool mostly_known(std::size_t language, const matcher::span& s) const;
  bool is_in_a_clause_of(const matcher::span& s, std::size_t i) const;
  void know(std::size_t language);
  std::uint32_t strangeness() const;

  const found_words& found_;
  std::vector<bool> known_units_;
};

}  // namespace proxy
