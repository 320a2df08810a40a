// What a text says piece by piece: opt-outs in a row, and beside them nothing but fillers and reasons ("not interested,
// wrong number, stop"), in the whole text or in one of its clauses.
#pragma once

#include <array>
#include <vector>

#include "proxy/classify/found_words.h"

namespace proxy {

class pieces {
 public:
  // The text, read in one language.
  pieces(const found_words& found, std::size_t language);

  // The meaning of the opt-out that the whole text says; 0 if none.
  std::uint32_t said_in_all() const;
  // The same of a clause, when the rest tells why or who is to be left out.
  std::uint32_t said_in_a_clause() const;

 private:
  void cover();
  void find_opt_outs();
  std::uint32_t said(std::size_t first, std::size_t last) const;
  std::uint32_t said_beside(std::size_t first, std::size_t last) const;
  bool negates(std::size_t first, std::size_t last) const;
  template <std::size_t N>
  bool elsewhere(std::size_t first, std::size_t last, const std::array<std::size_t, N>& classes) const;

  const found_words& found_;
  std::size_t language_;
  std::vector<bool> covered_;
  std::vector<bool> negation_;
  std::vector<std::uint32_t> means_;   // of the opt-out that a unit belongs to
  std::vector<std::uint32_t> beside_;  // the same, of those that need something beside them
  std::vector<std::uint32_t> causes_;  // meanings that only tell why: "wrong number"
};

}  // namespace proxy
