#include "smpp/text.h"

#include <iconv.h>

#include <algorithm>

#include "smpp/gsm7.h"
#include "smpp/utf8.h"

namespace smpp {
namespace {

std::string from_latin1(octets text) {
  std::string out;
  for (const std::uint8_t octet : text)
    append_utf8(out, octet);
  return out;
}

// Octets above 0x7F in a 7-bit alphabet: the sender meant something else, most often UTF-8.
std::string from_default(octets text, default_alphabet alphabet) {
  const bool seven_bits = std::ranges::all_of(text, [](std::uint8_t octet) { return octet < 0x80; });
  if (!seven_bits) return is_utf8(text) ? std::string(text.begin(), text.end()) : from_latin1(text);
  return alphabet == default_alphabet::gsm7 ? from_gsm7(text) : std::string(text.begin(), text.end());
}

// Text that says UCS-2 and cannot be: an odd number of octets, all of them printable ASCII or line ends.
bool is_mislabelled_ascii(octets text) {
  return text.size() % 2 == 1 && std::ranges::all_of(text, [](std::uint8_t octet) {
           return (octet >= 0x20 && octet < 0x7F) || octet == '\r' || octet == '\n';
         });
}

// UCS-2, big endian unless a byte order mark says otherwise; surrogate pairs are read as UTF-16.
std::string from_ucs2(octets text) {
  if (is_mislabelled_ascii(text)) return {text.begin(), text.end()};
  const std::uint16_t mark = text.size() < 2 ? std::uint16_t{0} : read_u16(text.data());
  const bool little_endian = mark == 0xFFFE;
  if (little_endian || mark == 0xFEFF) text = text.subspan(2);
  const auto unit = [&](std::size_t i) -> char32_t {
    return little_endian ? text[i + 1] * 0x100U + text[i] : read_u16(text.data() + i);
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
  // NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX says so
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
    append_utf8(result, replacement_character);
    ++from;
    --left;
    iconv(converter, nullptr, nullptr, nullptr, nullptr);
  }
  iconv_close(converter);
  return result;
}

enum class alphabet { of_the_link, gsm7, ucs2 };

// GSM 03.38, 4: the coding groups that SMPP passes through (5.2.19). 8-bit data, and what GSM reserves, is read as
// data_coding 0.
alphabet group_alphabet(std::uint8_t data_coding) {
  const unsigned bits_3_and_2 = data_coding & 0x0CU;
  if (data_coding >= 0xF0) return (data_coding & 0x04U) != 0 ? alphabet::of_the_link : alphabet::gsm7;  // message class
  if (data_coding >= 0xE0) return alphabet::ucs2;         // message waiting
  if (data_coding >= 0xC0) return alphabet::gsm7;         // message waiting
  if (data_coding >= 0x80) return alphabet::of_the_link;  // reserved
  if (bits_3_and_2 == 0x00) return alphabet::gsm7;        // general
  return bits_3_and_2 == 0x08 ? alphabet::ucs2 : alphabet::of_the_link;
}

}  // namespace

std::string to_utf8(octets text, std::uint8_t data_coding, default_alphabet zero) {
  switch (data_coding) {
    case 0x01:
      return from_default(text, default_alphabet::ascii);
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
  if (data_coding < 0x10) return from_default(text, zero);
  switch (group_alphabet(data_coding)) {
    case alphabet::ucs2:
      return from_ucs2(text);
    case alphabet::gsm7:
      return from_default(text, default_alphabet::gsm7);
    case alphabet::of_the_link:
      break;
  }
  return from_default(text, zero);
}

}  // namespace smpp
