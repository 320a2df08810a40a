#include "proxy/classify/characters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace proxy {
namespace {

bool between(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

struct likeness {
  char32_t latin, greek, cyrillic;
};

// Folded letters whose small or capital forms cannot be told apart; 0 where a script has none.
constexpr std::array<likeness, 32> likenesses{{
    {U'a', U'α', U'а'}, {U'b', U'β', U'в'}, {U'c', 0, U'с'},    {U'd', 0, U'ԁ'},    {U'e', U'ε', U'е'},
    {U'g', 0, U'ԍ'},    {U'h', U'η', U'н'}, {U'h', 0, U'һ'},    {U'i', U'ι', U'і'}, {U'j', 0, U'ј'},
    {U'k', U'κ', U'к'}, {U'l', 0, U'ӏ'},    {U'm', U'μ', U'м'}, {U'n', U'ν', 0},    {U'o', U'ο', U'о'},
    {U'p', U'ρ', U'р'}, {U'q', 0, U'ԛ'},    {U's', U'σ', U'ѕ'}, {U't', U'τ', U'т'}, {U'v', 0, U'ѵ'},
    {U'w', 0, U'ԝ'},    {U'x', U'χ', U'х'}, {U'y', U'υ', U'у'}, {U'y', 0, U'ү'},    {U'z', U'ζ', 0},
    {0, U'π', U'п'},    {0, U'γ', U'г'},    {0, U'φ', U'ф'},    {0, U'δ', U'д'},    {0, U'λ', U'л'},
    {U'u', U'υ', 0},    {U'v', U'ν', 0},
}};

char32_t in(const likeness& l, script of) {
  return of == script::latin ? l.latin : of == script::greek ? l.greek : l.cyrillic;
}

script script_of(char32_t c) {
  return between(c, 0x370, 0x3FF) ? script::greek : between(c, 0x400, 0x52F) ? script::cyrillic : script::latin;
}

}  // namespace

bool belongs_to_a_word(char32_t c) {
  if (c < 0x80) return between(c, 'a', 'z') || between(c, 'A', 'Z') || between(c, '0', '9');
  const auto type = u_charType(static_cast<UChar32>(c));
  return u_isalnum(static_cast<UChar32>(c)) != 0 || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
}

bool needs_no_spaces(char32_t c) {
  if (c < 0x0E00) return false;
  return between(c, 0x0E00, 0x0EFF) || between(c, 0x1000, 0x11FF) || between(c, 0x1780, 0x17FF) ||
         between(c, 0x3005, 0x30FF) || between(c, 0x3400, 0x9FFF) || between(c, 0xAC00, 0xD7A3) ||
         between(c, 0xF900, 0xFAFF) || between(c, 0x20000, 0x3FFFF);
}

bool is_left_out(char32_t c) {
  constexpr char32_t soft_hyphen = 0xAD, tatweel = 0x640;
  if (c < 0x300) return c == soft_hyphen;
  const auto point = static_cast<UChar32>(c);
  if (c == tatweel || c == 0xFFFD) return c == tatweel;
  const auto type = u_charType(point);
  if (type == U_FORMAT_CHAR || u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0) return true;
  if (type != U_NON_SPACING_MARK && type != U_ENCLOSING_MARK) return false;
  return c < 0x0700 || between(c, 0x1AB0, 0x1AFF) || between(c, 0x1DC0, 0x1DFF) || between(c, 0x20D0, 0x20FF) ||
         between(c, 0xFE00, 0xFE2F);
}

bool is_apostrophe(char32_t c) {
  return c == '\'' || c == 0x2019 || c == 0x2018 || c == 0x02BC || c == 0x60 || c == 0xB4 || c == 0x2BB;
}

char32_t same_letter(char32_t c) {
  if (c < 0x131) return c == 0xF8 ? U'o' : c == 0x111 || c == 0xF0 ? U'd' : c;
  if (between(c, 0x3041, 0x3096)) return c + 0x60;  // hiragana as katakana
  if (between(c, 0x1F150, 0x1F169)) return U'a' + (c - 0x1F150);
  if (between(c, 0x1F170, 0x1F189)) return U'a' + (c - 0x1F170);
  if (between(c, 0x1F1E6, 0x1F1FF)) return U'a' + (c - 0x1F1E6);
  switch (c) {
    case 0x131:  // dotless i
      return U'i';
    case 0x142:
      return U'l';
    case 0x3C2:
      return U'σ';
    case 0x6CC:  // Farsi yeh
    case 0x649:  // alef maksura
    case 0x6D2:  // yeh barree
      return 0x64A;
    case 0x6A9:
      return 0x643;
    case 0x6C1:  // heh goal
    case 0x6BE:
    case 0x6C3:
    case 0x6D5:
    case 0x629:  // teh marbuta
      return 0x647;
    case 0x671:
      return 0x627;
    case 0x901:  // chandrabindu
      return 0x902;
    case 0x1D1B:  // small capitals
      return U't';
    case 0xA731:
      return U's';
    case 0x1D0F:
      return U'o';
    case 0x1D18:
      return U'p';
    default:
      return c;
  }
}

char32_t look_alike(char32_t c, script of) {
  const script own = script_of(c);
  if (own == of) return c;
  const auto* found =
      std::ranges::find_if(likenesses, [&](const likeness& l) { return in(l, own) == c && in(l, of) != 0; });
  return found == likenesses.end() ? 0 : in(*found, of);
}

std::u32string in_letters_of(std::u32string_view word, script of) {
  std::u32string out;
  for (const char32_t c : word) {
    const char32_t like = look_alike(c, of);
    if (like == 0) return {};
    out.push_back(like);
  }
  return out;
}

char32_t drawn_letter(char32_t c) {
  switch (c) {
    case '0':
      return U'o';
    case '1':
      return U'i';
    case '3':
      return U'e';
    case '4':
    case '@':
      return U'a';
    case '5':
    case '$':
      return U's';
    case '7':
    case '+':
      return U't';
    default:
      return 0;
  }
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  const auto* octets = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto size = static_cast<int32_t>(utf8.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(octets, at, size, c);  // NOLINT: ICU's way
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) {
    std::array<char, 4> octets{};
    int32_t length = 0;
    U8_APPEND_UNSAFE(octets.data(), length, static_cast<UChar32>(c));  // NOLINT: ICU's way
    out.append(octets.data(), static_cast<std::size_t>(length));
  }
  return out;
}

}  // namespace proxy
