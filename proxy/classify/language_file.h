// The files of languages/: word classes, keywords and phrases of one language. README.md in that folder describes them.
#pragma once

#include <array>
#include <bitset>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// Classes of words, the same in every language; README.md says what belongs to each.
inline constexpr std::array<std::string_view, 34> word_classes{
    "stop", "unsub",  "cancel",  "remove",  "not",    "want",   "more",  "send",   "message", "me",     "phone", "list",
    "data", "thing",  "wrong",   "law",     "object", "again",  "join",  "get",    "polite",  "filler", "email", "say",
    "fed",  "common", "keyword", "mistake", "back",   "whence", "never", "joined", "useless", "unread"};

enum class line_kind {
  words,  // of a class
  keyword_opt_out,
  keyword_opt_out_all,
  keyword_opt_in,
  keyword_help,
  keyword_yes,  // the whole text but for fillers
  opt_out,
  opt_out_all,
  opt_out_alone,
  opt_out_beside,
  opt_in,
  opt_in_alone,  // phrases
  ordinary,      // phrases that mean nothing: their words count no more
  signature,     // what follows is not the person's
  clitics,       // little words that are written together with the next
};

// One element of a phrase: words as they are written, or one of several classes.
struct phrase_item {
  std::string words;         // folded, words with a space between; "stem*" is every word that begins so
  std::vector<int> classes;  // when there are no words
  int gap = 0;               // how many other words may stand before it
};

struct phrase {
  std::vector<phrase_item> items;
  bool any_order = false;    // a + b: in any order, close to each other
  std::vector<int> without;  // - [thing]: not when its sentence has a word of these
  std::string text;          // as it is written in the file
};

struct language_line {
  line_kind kind = line_kind::words;
  int word_class = 0;  // of words
  phrase what;
};

struct language_file {
  std::string language;
  std::vector<language_line> lines;
};

// What is wrong with a file: FILE:LINE: what is wrong and what would be right.
class language_error : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

language_file read_language(std::string_view language, std::string_view text, const std::string& file);

// One phrase of the operator's; throws language_error without a place.
phrase read_phrase(std::string_view text);

}  // namespace proxy
