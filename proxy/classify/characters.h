// What single characters are: parts of words, pictures of other letters, letters that people write one for another.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

// A letter or digit, or a mark that belongs to one.
bool belongs_to_a_word(char32_t c);

// Of a script that puts no spaces between words, or puts them as it likes (Han, kana, Hangul, Thai, Lao, Khmer,
// Burmese): each character is a word of its own.
bool needs_no_spaces(char32_t c);

// What may be left out of a text without a loss: invisible characters, and the marks of Latin, Greek, Cyrillic, Hebrew
// and Arabic. Those of Indic and Thai scripts and of kana are part of the letter.
bool is_left_out(char32_t c);

bool is_apostrophe(char32_t c);

// One letter for those that stand for the same: dotless i, final sigma, Persian and Urdu yeh and kaf, hiragana, ł, đ,
// and the enclosed letters that Unicode does not decompose.
char32_t same_letter(char32_t c);

// The letter of another script that looks the same, 0 if there is none. Small letters; those whose capitals look the
// same count.
enum class script { latin, greek, cyrillic };
char32_t look_alike(char32_t c, script of);

// The text in the letters of that script; empty when one of them has no like there.
std::u32string in_letters_of(std::u32string_view word, script of);

// The letter that a digit or sign between letters stands for; 0 if none.
char32_t drawn_letter(char32_t c);

std::u32string to_code_points(std::string_view utf8);  // what is not UTF-8 becomes U+FFFD
std::string to_utf8(std::u32string_view text);

}  // namespace proxy
