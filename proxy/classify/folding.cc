#include "proxy/classify/folding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "proxy/classify/characters.h"
#include "proxy/classify/quoting.h"

namespace proxy {
namespace {

constexpr std::size_t enough_units = 400;

const icu::Normalizer2& nfkd() {
  static const icu::Normalizer2* instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFKDInstance(status);
  }();
  return *instance;
}

const icu::Normalizer2& nfc() {
  static const icu::Normalizer2* instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFCInstance(status);
  }();
  return *instance;
}

std::u32string points_of(const icu::UnicodeString& text) {
  std::u32string out;
  out.reserve(static_cast<std::size_t>(text.length()));
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    out.push_back(static_cast<char32_t>(text.char32At(i)));
  return out;
}

icu::UnicodeString unicode(std::u32string_view text) {
  return icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()),
                                       static_cast<int32_t>(text.size()));
}

// Small letters without what does not count; punctuation stays.
std::u32string small_letters(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  if (std::ranges::all_of(text, [](char32_t c) { return c < 0x80; })) {
    for (const char32_t c : text)
      out.push_back(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
    return out;
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString folded = unicode(text);
  folded.foldCase();
  folded = nfkd().normalize(folded, status);
  folded.foldCase();  // what decomposition brought to light
  for (const char32_t c : points_of(folded)) {
    if (is_left_out(c)) continue;
    if (c == 0xE6 || c == 0x153) {
      out.push_back(c == 0xE6 ? U'a' : U'o');
      out.push_back(U'e');
    } else {
      out.push_back(same_letter(c));
    }
  }
  if (std::ranges::all_of(out, [](char32_t c) { return c < 0x300; })) return out;
  status = U_ZERO_ERROR;
  return points_of(nfc().normalize(unicode(out), status));
}

// Words in capitals, folded; none where the text has few others.
std::vector<std::string> shouted_words(std::u32string_view text) {
  constexpr std::size_t shortest = 3, least_others = 2;
  std::vector<std::string> words;
  std::size_t others = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at, capitals = 0;
    for (; end < text.size() && u_isalpha(static_cast<UChar32>(text[end])) != 0; ++end)
      capitals += u_isupper(static_cast<UChar32>(text[end])) != 0 ? 1U : 0U;
    const std::size_t size = end - at;
    if (size >= shortest && capitals == size)
      words.push_back(to_utf8(small_letters(text.substr(at, size))));
    else if (size >= 2 && capitals < 2)
      ++others;
    at = end + 1;
  }
  if (others < least_others) words.clear();
  return words;
}

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char32_t c) {
  return belongs_to_a_word(c) && u_charType(static_cast<UChar32>(c)) != U_DECIMAL_DIGIT_NUMBER;
}

bool ends_sentence(char32_t c) {
  return c == '.' || c == '!' || c == '?' || c == ';' || c == ':' || c == '\n' || c == '\r' || c == 0x3002 ||
         c == 0x0964 || c == 0x061F || c == 0x06D4 || c == 0x2026 || c == 0x37E;
}

bool ends_clause(char32_t c) {
  return c == ',' || c == '(' || c == ')' || c == 0x3001 || c == 0x060C || c == 0x2013 || c == 0x2014 || c == '/';
}

class cutter {
 public:
  explicit cutter(std::u32string_view text) : text_(text) {
    out_.letters.reserve(text.size() + 8);
    for (at_ = 0; at_ < text_.size() && !loses_letters_; ++at_)
      loses_letters_ = text_[at_] == '?' && is_lost_letter(U'?');
  }

  units cut() {
    for (at_ = 0; at_ < text_.size() && out_.list.size() < enough_units; ++at_)
      take(text_[at_]);
    end_word();
    join_single_letters();
    place();
    return std::move(out_);
  }

 private:
  char32_t before() const { return at_ == 0 ? U' ' : text_[at_ - 1]; }
  char32_t after(std::size_t n = 1) const { return at_ + n < text_.size() ? text_[at_ + n] : U' '; }

  void take(char32_t c) {
    if (c < 0x80 ? is_ascii_letter(c) : belongs_to_a_word(c)) {
      take_letter(c);
    } else if (is_apostrophe(c)) {
      // l'arrêt, d'envoyer: two words. don't, j'ai: one.
      if (word_.size() <= 2 && is_letter(after()) && is_letter(after(2)) && is_letter(after(3))) end_word();
    } else if ((c == '?' || c == 0xFFFD) && is_lost_letter(c)) {
      word_.push_back(U'?');
    } else if (drawn_letter(c) != 0 && is_letter(before()) && is_letter(after())) {
      word_.push_back(drawn_letter(c));
    } else if (c == '$' && !is_letter(before()) && is_letter(after())) {
      word_.push_back(U's');
    } else {
      separate(c);
    }
  }

  static bool is_ascii_letter(char32_t c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

  // Between two letters, and not "ok?yes": a question ends with white space or the text, where words have spaces. In a
  // text that lost such a letter, those at the ends of words may be others.
  bool is_lost_letter(char32_t c) const {
    if (needs_no_spaces(before()) || needs_no_spaces(after())) return false;
    if (loses_letters_ && (is_letter(after()) || is_letter(before()))) return true;
    return is_letter(after()) && (is_letter(before()) || (c == 0xFFFD && word_.empty()));
  }

  void take_letter(char32_t c) {
    if (needs_no_spaces(c)) {
      end_word();
      word_.push_back(c);
      end_word(true);
      return;
    }
    const bool in_word = !word_.empty() && !is_digit(word_.back());
    if (is_digit(c) && in_word) {
      if (is_letter(after()) && drawn_letter(c) != 0 && !needs_no_spaces(after()))
        c = drawn_letter(c);
      else
        end_word();  // STOP36111
    } else if (!is_digit(c) && !word_.empty() && is_digit(word_.back()) && word_.size() > 1) {
      end_word();
    }
    word_.push_back(c);
  }

  void separate(char32_t c) {
    end_word();
    if (c == '.' && is_digit(before()) && is_digit(after())) return;
    if (ends_sentence(c)) ++sentence_;
    if (ends_sentence(c) || ends_clause(c)) ++clause_;
  }

  void end_word(bool single = false) {
    if (word_.empty()) return;
    const std::string octets = to_utf8(word_);
    if (single && is_drawn_out(octets)) {
      word_.clear();
      return;
    }
    drawn_out_.clear();
    out_.list.push_back(
        {.offset = static_cast<std::uint32_t>(out_.letters.size()),
         .length = static_cast<std::uint16_t>(std::min<std::size_t>(octets.size(), 0xFFFF)),
         .sentence = sentence_,
         .clause = clause_,
         .size = static_cast<std::uint16_t>(std::min<std::size_t>(word_.size(), 0xFFFF)),
         .number = std::ranges::all_of(
             word_, [](char32_t c) { return u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER; }),
         .single = single});
    out_.letters += octets;
    word_.clear();
  }

  // The same character three times or more counts once.
  bool is_drawn_out(const std::string& octets) {
    if (octets == drawn_out_) return true;
    const std::size_t n = out_.list.size();
    if (n < 2 || out_.word(n - 1) != octets || out_.word(n - 2) != octets) return false;
    out_.list.pop_back();
    drawn_out_ = octets;
    return true;
  }

  // S T O P, s.t.o.p: three or more in a row, or nothing but single letters.
  void join_single_letters() {
    std::vector<unit>& list = out_.list;
    const auto lonely = [](const unit& u) { return u.size == 1 && !u.single && !u.number; };
    const std::size_t least = list.size() == 2 ? 2 : 3;
    for (std::size_t first = 0; first < list.size(); ++first) {
      std::size_t last = first;
      while (last < list.size() && lonely(list[last]))
        ++last;
      if (last - first < least) {
        first = std::max(first, last == first ? first : last - 1);
        continue;
      }
      unit joined = list[first];
      joined.length = static_cast<std::uint16_t>(list[last - 1].offset + list[last - 1].length - joined.offset);
      joined.size = static_cast<std::uint16_t>(last - first);
      // Punctuation between its letters is none of the text's.
      const auto sentences = static_cast<std::uint16_t>(list[last - 1].sentence - joined.sentence);
      const auto clauses = static_cast<std::uint16_t>(list[last - 1].clause - joined.clause);
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                 list.begin() + static_cast<std::ptrdiff_t>(last));
      list[first] = joined;
      for (std::size_t i = first + 1; i < list.size(); ++i) {
        list[i].sentence = static_cast<std::uint16_t>(list[i].sentence - sentences);
        list[i].clause = static_cast<std::uint16_t>(list[i].clause - clauses);
      }
    }
  }

  void place() {
    std::uint32_t at = 0;
    for (unit& u : out_.list) {
      u.place = at;
      at += u.single ? 1 : word_width;
    }
  }

  std::u32string_view text_;
  std::size_t at_ = 0;
  std::u32string word_;
  std::string drawn_out_;
  std::uint16_t sentence_ = 0, clause_ = 0;
  bool loses_letters_ = false;
  units out_;
};

}  // namespace

units fold_units(std::u32string_view text) {
  units folded = cutter(without_quotes(small_letters(text))).cut();
  const std::vector<std::string> shouted = shouted_words(text);
  if (shouted.empty()) return folded;
  for (std::size_t i = 0; i < folded.list.size(); ++i)
    folded.list[i].shouted = std::ranges::find(shouted, folded.word(i)) != shouted.end();
  return folded;
}

units fold_units(std::string_view text) {
  return fold_units(to_code_points(text));
}

std::string fold(std::string_view text) {
  const units u = fold_units(text);
  std::string out;
  for (std::size_t i = 0; i < u.list.size(); ++i) {
    if (i > 0 && !(u.list[i].single && u.list[i - 1].single)) out.push_back(' ');
    out += u.word(i);
  }
  return out;
}

}  // namespace proxy
