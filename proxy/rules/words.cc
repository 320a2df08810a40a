#include "proxy/rules/words.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include "proxy/rules/link.h"

namespace proxy {
namespace {

const icu::Normalizer2& nfkd() {
  static const icu::Normalizer2* instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFKDInstance(status);
  }();
  return *instance;
}

bool is_mark(UChar32 c) {
  constexpr UChar32 tatweel = 0x0640;
  return u_charType(c) == U_NON_SPACING_MARK || u_charType(c) == U_ENCLOSING_MARK || u_charType(c) == U_FORMAT_CHAR ||
         c == tatweel;
}

// Small, of plain width, without accents.
icu::UnicodeString folded(UChar32 c) {
  icu::UnicodeString out;
  icu::UnicodeString parts;
  if (!nfkd().getDecomposition(c, parts)) parts = icu::UnicodeString(c);
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 part = u_foldCase(parts.char32At(i), U_FOLD_CASE_DEFAULT);
    constexpr UChar32 dotless_i = 0x0131;
    if (!is_mark(part)) out.append(part == dotless_i ? UChar32{'i'} : part);
  }
  return out;
}

// Their words are not separated, or not where this needs it.
bool stands_alone(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return true;
    default:
      return false;
  }
}

// The character at `at`, which moves behind it; negative when it is not UTF-8.
UChar32 next_character(std::string_view text, std::size_t& at) {
  auto next = static_cast<int32_t>(at);
  UChar32 c = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // within ICU's macro
  U8_NEXT(text.data(), next, static_cast<int32_t>(text.size()), c);
#pragma GCC diagnostic pop
  at = static_cast<std::size_t>(next);
  return c;
}

bool groups_digits(std::string_view between) {
  constexpr std::size_t at_most = 2;
  return between.size() <= at_most && between.find_first_not_of(" .-/()") == std::string_view::npos;
}

class reader {
 public:
  explicit reader(std::string_view text) : text_(text) {}

  std::vector<word> read() {
    while (at_ < text_.size()) {
      const std::size_t start = at_;
      const bool inside = !words_.empty() && words_.back().end == start && !separates();
      const std::size_t link = inside ? 0 : link_at(text_, start);
      if (link > 0) {
        at_ += link;
        words_.push_back({word::kind::link, "", start, at_});
      } else {
        take_character();
      }
    }
    return std::move(words_);
  }

 private:
  void take_character() {
    const std::size_t start = at_;
    const UChar32 c = next_character(text_, at_);
    if (c < 0) return;
    if (is_mark(c)) {
      if (!words_.empty() && words_.back().end == start) words_.back().end = at_;
      return;
    }
    if (c == '%' || u_charType(c) == U_CURRENCY_SYMBOL) {
      words_.push_back({word::kind::sign, std::string(text_.substr(start, at_ - start)), start, at_});
    } else if (u_isdigit(c)) {
      add_digit(static_cast<char>('0' + u_charDigitValue(c)), start);
    } else if (u_isalpha(c) || u_charType(c) == U_COMBINING_SPACING_MARK) {
      add_letter(c, start);
    }
  }

  // What stands right behind the last word is not its rest.
  bool separates() const {
    const word& w = words_.back();
    return w.what == word::kind::sign || (w.what == word::kind::letters && alone_before_);
  }

  void add_digit(char digit, std::size_t start) {
    const bool goes_on = !words_.empty() && words_.back().what == word::kind::digits &&
                         groups_digits(text_.substr(words_.back().end, start - words_.back().end));
    if (!goes_on) words_.push_back({word::kind::digits, "", start, at_});
    words_.back().text += digit;
    words_.back().end = at_;
  }

  void add_letter(UChar32 c, std::size_t start) {
    const bool alone = stands_alone(c);
    const bool goes_on = !alone && !alone_before_ && !words_.empty() && words_.back().what == word::kind::letters &&
                         words_.back().end == start;
    if (!goes_on) words_.push_back({word::kind::letters, "", start, at_});
    alone_before_ = alone;
    if (c < 0x80) {
      words_.back().text += static_cast<char>(c | 0x20);
    } else {
      folded(c).toUTF8String(words_.back().text);
    }
    words_.back().end = at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool alone_before_ = false;
  std::vector<word> words_;
};

}  // namespace

std::vector<word> words_of(std::string_view text) {
  return reader(text).read();
}

}  // namespace proxy
