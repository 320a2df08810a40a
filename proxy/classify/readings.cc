#include "proxy/classify/readings.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "proxy/classify/characters.h"

namespace proxy {
namespace {

constexpr std::array<char32_t, 32> windows_1252{0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                                0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                                0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

constexpr std::array<char32_t, 64> windows_1251{
    0x402, 0x403,  0x201A, 0x453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x409,  0x2039, 0x40A,
    0x40C, 0x40B,  0x40F,  0x452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x98,   0x2122,
    0x459, 0x203A, 0x45A,  0x45C, 0x45B,  0x45F,  0xA0,   0x40E,  0x45E,  0x408,  0xA4,   0x490,  0xA6,
    0xA7,  0x401,  0xA9,   0x404, 0xAB,   0xAC,   0xAD,   0xAE,   0x407,  0xB0,   0xB1,   0x406,  0x456,
    0x491, 0xB5,   0xB6,   0xB7,  0x451,  0x2116, 0x454,  0xBB,   0x458,  0x405,  0x455,  0x457};

constexpr int no_octet = -1;

template <std::size_t N>
int octet_of(char32_t c, const std::array<char32_t, N>& high) {
  const auto* found = std::ranges::find(high, c);
  return found == high.end() ? no_octet : 0x80 + static_cast<int>(found - high.begin());
}

int western(char32_t c) {
  return c >= 0x80 && c < 0x100 ? static_cast<int>(c) : octet_of(c, windows_1252);
}

int cyrillic(char32_t c) {
  return c >= 0x410 && c < 0x450 ? static_cast<int>(c - 0x410 + 0xC0) : octet_of(c, windows_1251);
}

std::size_t octets_of_sequence(int lead) {
  return lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

// Sequences that are whole are decoded. Once one was, a lead with too few octets behind it is a lost character.
template <typename Octet>
std::u32string decoded(std::u32string_view text, Octet octet, std::size_t& whole) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const int lead = octet(text[i]);
    const std::size_t wanted = lead == no_octet ? 0 : octets_of_sequence(lead);
    char32_t c = static_cast<char32_t>(lead) & (0xFFU >> (wanted + 1));
    std::size_t n = 1;
    while (n < wanted && i + n < text.size()) {
      const int next = octet(text[i + n]);
      if (next < 0x80 || next > 0xBF) break;
      c = c << 6U | static_cast<char32_t>(next - 0x80);
      ++n;
    }
    // Two characters of which the second is a no-break space: a letter and a space, unless they are all that is left of
    // "à".
    // "ÍŠ" are two letters of NEPÍŠTE and would be a mark without its letter.
    if (n == wanted && c >= 0x300 && c < 0x370) {
      out.push_back(text[i]);
      n = 1;
    } else if (n == 2 && text[i + 1] == 0xA0 && text[i] != 0xC3 && text[i] != 0xC2) {
      out.append(text.substr(i, 2));
    } else if (wanted == 0) {
      out.push_back(text[i]);
    } else if (n == wanted) {
      out.push_back(c);
      ++whole;
    } else {
      out.push_back(U'\xFFFD');
    }
    i += n;
  }
  return out;
}

std::u32string swapped(std::u32string_view text) {
  std::u32string out;
  std::size_t letters = 0;
  for (const char32_t c : text) {
    if (c > 0xFFFF) return {};
    const char32_t other = (c & 0xFFU) << 8U | c >> 8U;
    if (other >= 0xD800 && other < 0xE000) return {};
    out.push_back(other);
    letters += belongs_to_a_word(other) ? 1U : 0U;
  }
  return letters * 2 > out.size() ? out : std::u32string();
}

std::u32string unpacked(std::u32string_view text) {
  std::u32string out;
  unsigned bits = 0, carried = 0;
  for (const char32_t c : text) {
    if (c > 0xFF) return {};
    bits |= static_cast<unsigned>(c) << carried;
    carried += 8;
    for (; carried >= 7; carried -= 7, bits >>= 7U) {
      const char32_t septet = bits & 0x7FU;
      if (septet == 0) continue;  // '@', or what fills the last octet
      if (septet < 0x20 && septet != '\n' && septet != '\r') {
        if (septet > 0x09 && septet != 0x1F) return {};
        constexpr std::u32string_view first = U"@£$¥èéùìòÇ";
        out.push_back(septet == 0x1F ? U'É' : first[septet]);
      } else {
        out.push_back(septet == 0x7F ? U'à' : septet);
      }
    }
  }
  return out;
}

}  // namespace

std::u32string without_mojibake(std::u32string text) {
  const auto from_utf8 = [](char32_t c) { return (c >= 0xC2 && c < 0xF5) || (c >= 0x410 && c < 0x450); };
  if (std::ranges::none_of(text, from_utf8)) return text;
  std::size_t whole = 0;
  std::u32string again = decoded(text, western, whole);
  const auto lost = static_cast<std::size_t>(std::ranges::count(again, U'\xFFFD'));
  if (whole > 0 && whole >= lost) return again;
  whole = 0;
  again = decoded(text, cyrillic, whole);
  // Real Cyrillic words hardly ever fall into whole sequences.
  if (whole >= 2 && std::ranges::count(again, U'\xFFFD') == 0) return again;
  return text;
}

bool is_no_text(std::u32string_view text) {
  return std::ranges::any_of(text, [](char32_t c) { return c > 0 && c < 0x20 && c != '\n' && c != '\r'; });
}

std::vector<std::u32string> other_readings(std::u32string_view text) {
  std::vector<std::u32string> all;
  const auto add = [&](std::u32string other) {
    if (!other.empty()) all.push_back(std::move(other));
  };
  if (std::ranges::all_of(text, [](char32_t c) { return c > 0x7F || c == 0; })) add(swapped(text));
  // Septets leave octets that no text has, or end in one that few have; those that leave neither (TD is `T"`) cannot be
  // told from a text.
  const auto is_control = [](char32_t c) { return (c < 0x20 && c != '\n' && c != '\r') || (c >= 0x7F && c < 0x100); };
  constexpr std::u32string_view signs =
      U"\x1F6D1\x26D4\x1F6AB\x1F4F5\x1F515";  // stop, no entry, none, no telephones, no bell
  if (text.find_first_of(signs) != std::u32string_view::npos && std::ranges::none_of(text, belongs_to_a_word))
    add(U"stop");
  if (std::ranges::any_of(text, is_control) || text.ends_with(U'\n') || text.ends_with(U'\r')) add(unpacked(text));
  return all;
}

}  // namespace proxy
