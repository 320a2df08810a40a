// A text as words that compare: case, accents, width, invisible characters and punctuation do not count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// One word, or one character of a script without spaces.
struct unit {
  std::uint32_t offset = 0;    // of its letters in units::letters
  std::uint16_t length = 0;    // in octets
  std::uint16_t sentence = 0;  // which one it is in: they end with . ! ? ; : or the line
  std::uint16_t clause = 0;    // commas, brackets and dashes end one, too
  std::uint16_t size = 0;      // in characters
  std::uint32_t place = 0;     // along the text: a word is as wide as three characters of a script without spaces
  bool number = false;         // digits alone
  bool single = false;         // a character of a script without spaces
  bool shouted = false;        // in capitals, in a text that has small letters, too
};

inline constexpr std::uint32_t word_width = 3;

struct units {
  std::string letters;
  std::vector<unit> list;
  std::string_view word(std::size_t i) const { return {letters.data() + list[i].offset, list[i].length}; }
};

// Compatibility decomposition, full case folding (dotted and dotless i are one), no optional marks, no invisible
// characters; digits and signs within a word are the letters they stand for (ST0P), letters that stand alone in a row
// are one word (S T O P), a letter that was lost stays as '?' within its word (ARR?T), lines that quote and what
// follows a signature's dashes are left out. UTF-8 in; what is not UTF-8 separates words.
units fold_units(std::string_view text);
units fold_units(std::u32string_view text);

// The same, as words with a space between them.
std::string fold(std::string_view text);

}  // namespace proxy
