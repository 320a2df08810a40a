#include "smpp/text.h"

#include <iconv.h>

#include <algorithm>
#include <array>

#include "smpp/tlv.h"

namespace smpp {
namespace {

constexpr char32_t replacement = 0xFFFD;

// GSM 03.38, 6.2.1: the default alphabet. 0x1B is the escape to the extension table.
constexpr std::array<char16_t, 128> gsm7{
    u'@', u'£',  u'$', u'¥', u'è', u'é', u'ù', u'ì', u'ò', u'Ç', u'\n', u'Ø', u'ø', u'\r', u'Å', u'å', u'Δ', u'_', u'Φ',
    u'Γ', u'Λ',  u'Ω', u'Π', u'Ψ', u'Σ', u'Θ', u'Ξ', 0,    u'Æ', u'æ',  u'ß', u'É', u' ',  u'!', u'"', u'#', u'¤', u'%',
    u'&', u'\'', u'(', u')', u'*', u'+', u',', u'-', u'.', u'/', u'0',  u'1', u'2', u'3',  u'4', u'5', u'6', u'7', u'8',
    u'9', u':',  u';', u'<', u'=', u'>', u'?', u'¡', u'A', u'B', u'C',  u'D', u'E', u'F',  u'G', u'H', u'I', u'J', u'K',
    u'L', u'M',  u'N', u'O', u'P', u'Q', u'R', u'S', u'T', u'U', u'V',  u'W', u'X', u'Y',  u'Z', u'Ä', u'Ö', u'Ñ', u'Ü',
    u'§', u'¿',  u'a', u'b', u'c', u'd', u'e', u'f', u'g', u'h', u'i',  u'j', u'k', u'l',  u'm', u'n', u'o', u'p', u'q',
    u'r', u's',  u't', u'u', u'v', u'w', u'x', u'y', u'z', u'ä', u'ö',  u'ñ', u'ü', u'à'};

// GSM 03.38, 6.2.1.1. Nothing there: the character of the default alphabet stands (as the specification asks).
char32_t gsm7_extension(std::uint8_t septet) {
  switch (septet) {
    case 0x0A:
      return U'\f';
    case 0x14:
      return U'^';
    case 0x28:
      return U'{';
    case 0x29:
      return U'}';
    case 0x2F:
      return U'\\';
    case 0x3C:
      return U'[';
    case 0x3D:
      return U'~';
    case 0x3E:
      return U']';
    case 0x40:
      return U'|';
    case 0x65:
      return U'€';
    default:
      return septet == 0x1B ? U' ' : char32_t{gsm7[septet]};
  }
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = replacement;
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6U));
    out.push_back(static_cast<char>(0x80 | (c & 0x3FU)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12U));
    out.push_back(static_cast<char>(0x80 | (c >> 6U & 0x3FU)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3FU)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18U));
    out.push_back(static_cast<char>(0x80 | (c >> 12U & 0x3FU)));
    out.push_back(static_cast<char>(0x80 | (c >> 6U & 0x3FU)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3FU)));
  }
}

// The length of the UTF-8 sequence at the front, or 0 when it is not one (overlong forms and surrogates are not).
std::size_t utf8_sequence(octets text) {
  const std::uint8_t lead = text[0];
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xC0U) != 0x80) return 0;
  }
  if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F) || (lead == 0xF0 && text[1] < 0x90) ||
      (lead == 0xF4 && text[1] > 0x8F)) {
    return 0;
  }
  return length;
}

bool is_utf8(octets text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text = text.subspan(length);
  }
  return true;
}

std::string from_latin1(octets text) {
  std::string out;
  for (const std::uint8_t octet : text)
    append_utf8(out, octet);
  return out;
}

std::string from_gsm7(octets text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == 0x1B && i + 1 < text.size()) {
      append_utf8(out, gsm7_extension(text[++i]));
    } else {
      append_utf8(out, text[i] == 0x1B ? U' ' : char32_t{gsm7[text[i]]});
    }
  }
  return out;
}

// A 7-bit alphabet with octets above 0x7F: the sender meant something else, most often UTF-8.
std::string from_seven_bits(octets text, default_alphabet alphabet) {
  const bool seven_bits = std::ranges::all_of(text, [](std::uint8_t octet) { return octet < 0x80; });
  if (!seven_bits) return is_utf8(text) ? std::string(text.begin(), text.end()) : from_latin1(text);
  return alphabet == default_alphabet::gsm7 ? from_gsm7(text) : std::string(text.begin(), text.end());
}

// UCS-2, big endian unless a byte order mark says otherwise; surrogate pairs are read as UTF-16.
std::string from_ucs2(octets text) {
  bool little_endian = false;
  if (text.size() >= 2 && ((text[0] == 0xFE && text[1] == 0xFF) || (text[0] == 0xFF && text[1] == 0xFE))) {
    little_endian = text[0] == 0xFF;
    text = text.subspan(2);
  }
  const auto unit = [&](std::size_t i) {
    return little_endian ? char32_t(text[i + 1] << 8 | text[i]) : char32_t(text[i] << 8 | text[i + 1]);
  };
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const char32_t high = unit(i);
    const bool pair =
        high >= 0xD800 && high < 0xDC00 && i + 3 < text.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000;
    if (pair) {
      append_utf8(out, 0x10000 + ((high - 0xD800) << 10U) + (unit(i + 2) - 0xDC00));
      i += 2;
    } else {
      append_utf8(out, high);
    }
  }
  return out;
}

// The rarer alphabets, by libc's converter. Octets it cannot read become U+FFFD.
std::string from_charset(octets text, const char* charset) {
  const iconv_t converter = iconv_open("UTF-8", charset);
  if (converter == reinterpret_cast<iconv_t>(-1)) return from_latin1(text);
  std::string in(text.begin(), text.end());
  std::string out(in.size() * 4 + 16, '\0');
  char* from = in.data();
  std::size_t left = in.size();
  std::string result;
  while (left > 0) {
    char* to = out.data();
    std::size_t room = out.size();
    const std::size_t status = iconv(converter, &from, &left, &to, &room);
    result.append(out.data(), static_cast<std::size_t>(to - out.data()));
    if (status != static_cast<std::size_t>(-1)) break;
    append_utf8(result, replacement);
    ++from;
    --left;
    iconv(converter, nullptr, nullptr, nullptr, nullptr);
  }
  iconv_close(converter);
  return result;
}

enum class alphabet { seven_bit, octet, ucs2 };

// GSM 03.38, 4: the coding groups that SMPP passes through (5.2.19).
alphabet group_alphabet(std::uint8_t data_coding) {
  if (data_coding >= 0xF0) return (data_coding & 0x04U) != 0 ? alphabet::octet : alphabet::seven_bit;
  if (data_coding >= 0xE0) return alphabet::ucs2;
  if (data_coding >= 0x80) return alphabet::seven_bit;
  switch (data_coding & 0x0CU) {
    case 0x04:
      return alphabet::octet;
    case 0x08:
      return alphabet::ucs2;
    default:
      return alphabet::seven_bit;
  }
}

std::optional<concatenation> make_part(std::uint16_t reference, std::uint16_t total, std::uint16_t segment) {
  if (total == 0 || total > 255 || segment == 0 || segment > total) return std::nullopt;
  return concatenation{reference, static_cast<std::uint8_t>(total), static_cast<std::uint8_t>(segment)};
}

// GSM 03.40, 9.2.3.24.1 and 9.2.3.24.8.
std::optional<concatenation> part_of_header(octets elements) {
  while (elements.size() >= 2 && elements.size() - 2 >= elements[1]) {
    const octets data = elements.subspan(2, elements[1]);
    if (elements[0] == 0x00 && data.size() == 3) return make_part(data[0], data[1], data[2]);
    if (elements[0] == 0x08 && data.size() == 4) return make_part(read_u16(data.data()), data[2], data[3]);
    elements = elements.subspan(2 + data.size());
  }
  return std::nullopt;
}

std::optional<concatenation> part_of_parameters(octets optional_parameters) {
  const auto reference = find_integer(optional_parameters, tag::sar_msg_ref_num);
  const auto total = find_integer(optional_parameters, tag::sar_total_segments);
  const auto segment = find_integer(optional_parameters, tag::sar_segment_seqnum);
  if (!reference || !total || !segment) return std::nullopt;
  return make_part(*reference, *total, *segment);
}

}  // namespace

std::string to_utf8(octets text, std::uint8_t data_coding, default_alphabet zero) {
  switch (data_coding) {
    case 0x00:
    case 0x02:
    case 0x04:
      return zero == default_alphabet::latin1 && !is_utf8(text) ? from_latin1(text) : from_seven_bits(text, zero);
    case 0x01:
      return from_seven_bits(text, default_alphabet::ascii);
    case 0x03:
      return from_latin1(text);
    case 0x05:
      return from_charset(text, "SHIFT_JIS");
    case 0x06:
      return from_charset(text, "ISO-8859-5");
    case 0x07:
      return from_charset(text, "ISO-8859-8");
    case 0x08:
      return from_ucs2(text);
    case 0x0A:
      return from_charset(text, "ISO-2022-JP");
    case 0x0D:
      return from_charset(text, "EUC-JP");
    case 0x0E:
      return from_charset(text, "EUC-KR");
    default:
      break;
  }
  if (data_coding < 0x10) return from_seven_bits(text, zero);
  switch (group_alphabet(data_coding)) {
    case alphabet::ucs2:
      return from_ucs2(text);
    case alphabet::octet:
      return from_seven_bits(text, default_alphabet::ascii);
    case alphabet::seven_bit:
      break;
  }
  return from_seven_bits(text, default_alphabet::gsm7);
}

user_text split_user_data(const message& m) {
  user_text result{user_data(m), part_of_parameters(m.optional_parameters)};
  if (!has_udh(m) || result.text.empty() || result.text[0] >= result.text.size()) return result;
  const std::size_t length = result.text[0];
  if (const auto part = part_of_header(result.text.subspan(1, length))) result.part = part;
  result.text = result.text.subspan(1 + length);
  return result;
}

}  // namespace smpp
