#include "proxy/classify/folding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

namespace proxy {
namespace {

const icu::Normalizer2& nfkd() {
  static const icu::Normalizer2* instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFKDInstance(status);
  }();
  return *instance;
}

// Marks that people leave out. Those of Indic and Thai scripts and of kana are part of the letter.
bool is_optional_mark(UChar32 c) {
  if (c == 0x3099 || c == 0x309A) return false;
  const bool mark = u_charType(c) == U_NON_SPACING_MARK || u_charType(c) == U_ENCLOSING_MARK;
  return mark && (c < 0x0700 || (c >= 0x1AB0 && c < 0x1B00) || (c >= 0x1DC0 && c < 0x1E00) ||
                  (c >= 0x20D0 && c < 0x2100) || (c >= 0xFE00 && c < 0xFE30));
}

bool is_apostrophe(UChar32 c) {
  return c == '\'' || c == 0x2019 || c == 0x2018 || c == 0x02BC || c == 0x60 || c == 0xB4;
}

bool is_invisible(UChar32 c) {
  constexpr UChar32 tatweel = 0x0640;
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || u_charType(c) == U_FORMAT_CHAR || c == tatweel;
}

bool belongs_to_a_word(UChar32 c) {
  return u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK || u_charType(c) == U_COMBINING_SPACING_MARK;
}

}  // namespace

std::string fold(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString folded =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  folded.foldCase();
  folded = nfkd().normalize(folded, status);
  folded.foldCase();  // what decomposition brought to light

  icu::UnicodeString words;
  bool gap = false;
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    UChar32 c = folded.char32At(i);
    if (c == 0x0131) c = 'i';
    if (is_optional_mark(c) || is_invisible(c) || is_apostrophe(c)) continue;
    if (c == 0xFFFD || !belongs_to_a_word(c)) {
      gap = true;
      continue;
    }
    if (gap && !words.isEmpty()) words.append(UChar{' '});
    gap = false;
    words.append(c);
  }
  words = words.findAndReplace(icu::UnicodeString(UChar32{0x03C2}), icu::UnicodeString(UChar32{0x03C3}));
  UErrorCode composed = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(composed);
  std::string out;
  nfc->normalize(words, composed).toUTF8String(out);
  return out;
}

}  // namespace proxy
