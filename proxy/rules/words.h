// A message as a row of words, for wording to be found in it whatever its case, accents, width and punctuation.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

struct word {
  enum class kind {
    letters,  // of a script that separates words, or one character of a script that does not (Chinese, Thai, ...)
    digits,
    link,  // https://..., www..., a domain with its path, an e-mail address
    sign   // a currency or a per cent sign
  };
  kind what = kind::letters;
  std::string text;  // folded; of a number its digits alone, without the spaces, dots and hyphens that group them
  std::size_t begin = 0, end = 0;  // where it stands
};

// `text` is UTF-8; what is not is passed over. Letters and digits that touch are two words.
std::vector<word> words_of(std::string_view text);

}  // namespace proxy
