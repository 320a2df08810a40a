#include "proxy/rules/ways_out.h"

#include <algorithm>
#include <stdexcept>

namespace proxy {
namespace {

constexpr std::string_view number = "{number}";
constexpr std::string_view link = "{link}";
constexpr std::string_view code = "{code}";
constexpr std::string_view stop = "{stop}";
constexpr std::size_t shortest_number = 3;  // a short code
constexpr std::size_t longest_code = 5;     // 退订回TD, 回0000退订

[[noreturn]] void wrong(std::size_t line, const std::string& what) {
  throw std::invalid_argument("ways_out.tsv:" + std::to_string(line) + ": " + what);
}

// Cuts the front of `text` up to the separator and returns it.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return front;
}

// A pattern as words and placeholders.
std::vector<std::string> pieces_of(std::string_view pattern, std::size_t line) {
  std::vector<std::string> pieces;
  while (!pattern.empty()) {
    for (const word& w : words_of(cut(pattern, '{')))
      pieces.push_back(w.text);
    if (pattern.empty()) break;
    const std::string placeholder = "{" + std::string(cut(pattern, '}')) + "}";
    if (placeholder != number && placeholder != link && placeholder != code && placeholder != stop)
      wrong(line, placeholder + " is no placeholder; there are {stop}, {number}, {link} and {code}");
    pieces.push_back(placeholder);
  }
  if (pieces.empty()) wrong(line, "a pattern without a word");
  return pieces;
}

// Every word of the language in the place of {stop}.
std::vector<std::vector<std::string>> spelled_out(const std::vector<std::string>& pattern,
                                                  const std::vector<std::vector<std::string>>& keywords) {
  std::vector<std::vector<std::string>> all{{}};
  for (const std::string& piece : pattern) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& begun : all) {
      const auto with = [&](const std::vector<std::string>& more) {
        longer.push_back(begun);
        longer.back().insert(longer.back().end(), more.begin(), more.end());
      };
      if (piece != stop) {
        with({piece});
      } else {
        for (const auto& keyword : keywords)
          with(keyword);
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace

ways_out::ways_out(std::string_view tsv) {
  std::map<std::string_view, patterns> keywords;  // by language
  for (std::size_t at = 1; !tsv.empty(); ++at) {
    std::string_view line = cut(tsv, '\n');
    if (line.empty() || line.front() == '#') continue;
    const std::string_view language = cut(line, '\t');
    const std::string_view kind = cut(line, '\t');
    if (language.empty() || line.empty()) wrong(at, "a line is: language, tab, kind, tab, what is told apart by |");
    while (!line.empty()) {
      const std::string_view item = cut(line, '|');
      if (kind == "way_out") {
        const std::vector<std::string> pattern = pieces_of(item, at);
        if (!keywords.contains(language) && std::ranges::find(pattern, stop) != pattern.end())
          wrong(at, "{stop} stands for the keywords of a language, in a line before");
        for (const auto& spelled : spelled_out(pattern, keywords[language]))
          add(spelled);
      } else if (kind == "keyword") {
        keywords[language].push_back(pieces_of(item, at));
      } else if (kind == "unit" || kind == "not_after") {
        const std::vector<std::string> word = pieces_of(item, at);
        if (word.size() != 1) wrong(at, "what is not a pattern must be one word");
        (kind == "unit" ? units_ : not_after_).insert(word.front());
      } else {
        wrong(at, "the kind must be keyword, way_out, unit or not_after, not `" + std::string(kind) + "`");
      }
    }
  }
}

const ways_out& ways_out::shipped() {
  static const ways_out all(ways_out_tsv);
  return all;
}

void ways_out::add(const std::vector<std::string>& pattern) {
  std::size_t at = 0;
  for (const std::string& piece : pattern) {
    const auto [edge, is_new] = nodes_[at].next.try_emplace(piece, nodes_.size());
    at = edge->second;
    if (is_new) nodes_.emplace_back();
  }
  nodes_[at].complete = true;
}

std::optional<std::string_view> ways_out::in(std::string_view text) const {
  const std::vector<word> words = words_of(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && words[i - 1].what == word::kind::letters && not_after_.contains(words[i - 1].text)) continue;
    if (const std::size_t end = match(words, i, 0); end > i)
      return text.substr(words[i].begin, words[end - 1].end - words[i].begin);
  }
  return std::nullopt;
}

std::size_t ways_out::match(const std::vector<word>& words, std::size_t first, std::size_t at) const {
  const node& here = nodes_[at];
  std::size_t end = first;
  if (first == words.size()) return end;
  const word& w = words[first];
  const auto follow = [&](std::string_view edge) {
    const auto found = here.next.find(edge);
    if (found == here.next.end()) return;
    std::size_t reached = match(words, first + 1, found->second);
    if (nodes_[found->second].complete) reached = std::max(reached, first + 1);
    const bool passed = nodes_[found->second].complete || reached > first + 1;
    if (passed) end = std::max(end, reached);
  };
  const bool is_digits = w.what == word::kind::digits;
  const bool amount = is_digits && first + 1 < words.size() && units_.contains(words[first + 1].text);
  if (w.what == word::kind::link) {
    follow(link);
  } else {
    follow(w.text);
    if (is_digits && w.text.size() >= shortest_number && !amount) follow(number);
    const bool latin = std::ranges::all_of(w.text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (latin && w.text.size() <= longest_code && w.what != word::kind::sign) follow(code);
  }
  return end;
}

}  // namespace proxy
