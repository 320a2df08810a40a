// From a word of a text to the words that languages know: as it stands, by its stem, and as it must have been meant.
#include <algorithm>

#include "proxy/classify/characters.h"
#include "proxy/classify/lexicon.h"

namespace proxy {
namespace {

constexpr std::size_t longest_word = 24;

std::u32string without_doubles(std::u32string_view word) {
  std::u32string out;
  for (const char32_t c : word) {
    if (out.empty() || out.back() != c) out.push_back(c);
  }
  return out;
}

bool has_doubles(std::u32string_view word) {
  return std::ranges::adjacent_find(word) != word.end();
}

std::u32string less(std::u32string_view word, std::size_t i) {
  std::u32string out(word.substr(0, i));
  out += word.substr(i + 1);
  return out;
}

// Whether a slip of the finger makes one of the other: a letter lost, doubled or added, two exchanged, and in a long
// word one replaced. `lost` is where a letter was lost on the way.
bool is_slip(std::u32string_view written, std::u32string_view meant) {
  constexpr std::size_t long_word = 7;
  const std::size_t lost = written.find(U'?');
  if (lost != std::u32string_view::npos)
    return written.size() == meant.size() && less(written, lost) == less(meant, lost);
  const auto same_start = static_cast<std::size_t>(std::ranges::mismatch(written, meant).in1 - written.begin());
  if (same_start == 0 && meant.size() < long_word) return false;
  if (written.size() != meant.size()) {
    const bool shorter = written.size() < meant.size();
    const std::u32string_view s = shorter ? written : meant, l = shorter ? meant : written;
    return l.size() == s.size() + 1 && less(l, same_start) == s;
  }
  if (same_start == written.size()) return true;
  const bool exchanged = same_start + 1 < written.size() && written[same_start] == meant[same_start + 1] &&
                         written[same_start + 1] == meant[same_start] &&
                         written.substr(same_start + 2) == meant.substr(same_start + 2);
  return exchanged || (meant.size() >= long_word && written.substr(same_start + 1) == meant.substr(same_start + 1));
}

}  // namespace

symbol lexicon::symbol_of(std::string_view word, bool tolerant) {
  if (word.ends_with('*')) {
    word.remove_suffix(1);
    stem_lengths_ |= std::uint64_t{1} << std::min<std::size_t>(word.size(), 63);
    const auto [known, is_new] = stems_.try_emplace(std::string(word), next_symbol_);
    if (is_new) ++next_symbol_;
    return known->second;
  }
  const auto [known, is_new] = words_.try_emplace(std::string(word), next_symbol_);
  const std::u32string letters = to_code_points(word);
  if (is_new) {
    ++next_symbol_;
    if (letters.size() >= 3 && letters.size() <= longest_word) {
      for (std::size_t i = 0; i < letters.size(); ++i)
        shortened_.emplace(to_utf8(less(letters, i)), std::string(word));
      undoubled_.try_emplace(to_utf8(without_doubles(letters)), std::string(word));
    }
  }
  constexpr std::size_t long_enough = 6;
  if (tolerant && letters.size() >= long_enough) tolerant_[std::string(word)] = true;
  return known->second;
}

void lexicon::find_symbols(std::string_view word, bool fixed, bool tolerate, matches& out) const {
  const bool lost = word.find('?') != std::string_view::npos;  // a stem before the gap says too little
  const bool known = !lost && find_known(word, false, out);
  if (!fixed && !known) find_variants(word, tolerate, out);
}

// Whether a language has the word: what only begins with two or three letters of a stem ("cesser de m*") may as well be
// another one, misspelled.
bool lexicon::find_known(std::string_view word, bool corrected, matches& out) const {
  constexpr std::size_t telling_stem = 4;
  bool known = false;
  const auto look = [&](std::string_view w) {
    if (const auto exact = words_.find(w); exact != words_.end()) {
      out.push_back({exact->second, corrected});
      known = true;
    }
    for (std::size_t n = 1; n <= w.size() && n < 63; ++n) {
      if ((stem_lengths_ >> n & 1U) == 0) continue;
      if (n < w.size() && (static_cast<unsigned char>(w[n]) & 0xC0U) == 0x80) continue;
      if (const auto stem = stems_.find(w.substr(0, n)); stem != stems_.end()) {
        out.push_back({stem->second, corrected});
        known = known || n >= telling_stem;
      }
    }
  };
  look(word);
  if (static_cast<unsigned char>(word.front()) < 0xD6) return known;  // clitics are of Hebrew and Arabic script
  for (const std::string& clitic : clitics_) {
    if (word.size() >= clitic.size() + 4 && word.starts_with(clitic)) look(word.substr(clitic.size()));
  }
  return known;
}

void lexicon::find_variants(std::string_view word, bool tolerate, matches& out) const {
  const std::u32string letters = to_code_points(word);
  if (letters.size() < 3 || letters.size() > 60) return;
  if (std::ranges::any_of(letters, [](char32_t c) { return c >= 0x370 && c < 0x530; })) {
    for (const script s : {script::latin, script::cyrillic, script::greek}) {
      const std::u32string like = in_letters_of(letters, s);
      if (like.empty() || like == letters) continue;
      if (find_known(to_utf8(like), false, out)) return;
    }
  }
  if (has_doubles(letters) && letters.find(U'?') == std::u32string::npos) {
    const auto known = undoubled_.find(to_utf8(without_doubles(letters)));
    if (known != undoubled_.end()) {
      find_known(known->second, false, out);
      return;
    }
    const std::u32string once = without_doubles(letters);
    if (once.size() >= 4 && find_known(to_utf8(once), false, out)) return;
  }
  // 5TOP: a digit before three letters and more. 2nd and 4e are no such words.
  if (const char32_t first = drawn_letter(letters[0]); first != 0 && letters.size() >= 4) {
    if (find_known(to_utf8(first + letters.substr(1)), false, out)) return;
  }
  if (letters.size() <= longest_word) find_misspelled(letters, tolerate, out);
}

void lexicon::find_misspelled(std::u32string_view word, bool tolerate, matches& out) const {
  const bool lost = word.find(U'?') != std::u32string_view::npos;
  if (!lost && (!tolerate || word.size() < 4)) return;
  const auto consider = [&](const std::string& meant) {
    if (!lost && !tolerant_.contains(meant)) return false;
    if (!is_slip(word, to_code_points(meant))) return false;
    find_known(meant, !lost, out);
    return !lost;  // of a letter that was lost nobody knows which it was: all words that it may have been
  };
  const auto consider_all = [&](const std::string& key) {
    if (words_.contains(key) && consider(key)) return true;
    const auto [first, last] = shortened_.equal_range(key);
    return std::any_of(first, last, [&](const auto& entry) { return consider(entry.second); });
  };
  if (lost) {
    consider_all(to_utf8(less(word, word.find(U'?'))));
    if (!out.empty()) return;
    // A question, after all.
    if (word.ends_with(U'?')) find_known(to_utf8(word.substr(0, word.size() - 1)), false, out);
    if (word.starts_with(U'?')) find_known(to_utf8(word.substr(1)), false, out);
    return;
  }
  if (consider_all(to_utf8(word))) return;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (consider_all(to_utf8(less(word, i)))) return;
  }
}

}  // namespace proxy
