#include "proxy/classify/spacing.h"

#include <algorithm>

#include "proxy/classify/characters.h"

namespace proxy {
namespace {

// The longest known words first: "stop merci", not "stop mer ci". Empty when something is left over.
std::u32string as_known_words(const lexicon& known, std::u32string_view word) {
  constexpr std::size_t shortest = 3;
  for (std::size_t n = word.size() - 1; n >= shortest; --n) {
    const std::u32string_view rest = word.substr(n);
    if (rest.size() < shortest || !known.has_word(to_utf8(word.substr(0, n)))) continue;
    const std::u32string first(word.substr(0, n));
    if (known.has_word(to_utf8(rest))) return first + U' ' + std::u32string(rest);
    const std::u32string further = rest.size() >= 2 * shortest ? as_known_words(known, rest) : std::u32string();
    if (!further.empty()) return first + U' ' + further;
  }
  return {};
}

}  // namespace

std::vector<std::u32string> joined(const units& text) {
  constexpr std::size_t few = 4, shortest = 4;
  const std::size_t size = text.list.size();
  if (size < 2 || size > few || text.list[0].single || text.list[0].number || text.list[1].number) return {};
  std::string all, pair;
  for (std::size_t i = 0; i < size; ++i) {
    all += text.word(i);
    pair += (i > 1 ? " " : "") + std::string(text.word(i));
  }
  if (all.size() < shortest) return {};
  return {to_code_points(all), to_code_points(pair)};
}

std::u32string apart(const lexicon& known, const units& text) {
  constexpr std::size_t few = 2, shortest = 6, longest = 40;
  if (text.list.size() > few) return {};
  std::u32string out;
  bool changed = false;
  for (std::size_t i = 0; i < text.list.size(); ++i) {
    const std::u32string word = to_code_points(text.word(i));
    std::u32string words;
    if (word.size() >= shortest && word.size() <= longest && !text.list[i].single && !known.has_word(text.word(i)))
      words = as_known_words(known, word);
    changed = changed || !words.empty();
    out += (i > 0 ? U" " : U"") + (words.empty() ? word : words);
  }
  return changed ? out : std::u32string();
}

}  // namespace proxy
