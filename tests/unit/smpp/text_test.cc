#include "smpp/text.h"

#include "smpp/utf8.h"
#include "tests/unit/catch.h"

using namespace std::string_literals;
using smpp::default_alphabet;

namespace {

std::string read(const std::string& text, unsigned data_coding, default_alphabet zero = default_alphabet::gsm7) {
  return smpp::to_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                       static_cast<std::uint8_t>(data_coding), zero);
}

bool utf8(const std::string& text) {
  return smpp::is_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("the GSM default alphabet, septet by septet") {
  // GSM 03.38, 6.2.1: the code points of 0x00 to 0x1F; those above 0x1F that are not ASCII.
  const std::vector<char32_t> low{0x40,  0xA3,  0x24,  0xA5,  0xE8,  0xE9,  0xF9, 0xEC,  0xF2,  0xC7,  0x0A,
                                  0xD8,  0xF8,  0x0D,  0xC5,  0xE5,  0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9,
                                  0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0x20,  0xC6, 0xE6,  0xDF,  0xC9};
  const std::vector<std::pair<unsigned, char32_t>> others{
      {0x24, 0xA4}, {0x40, 0xA1}, {0x5B, 0xC4}, {0x5C, 0xD6}, {0x5D, 0xD1}, {0x5E, 0xDC}, {0x5F, 0xA7},
      {0x60, 0xBF}, {0x7B, 0xE4}, {0x7C, 0xF6}, {0x7D, 0xF1}, {0x7E, 0xFC}, {0x7F, 0xE0}};
  std::vector<char32_t> expected = low;
  for (char32_t c = 0x20; c < 0x80; ++c)
    expected.push_back(c);
  for (const auto& [septet, c] : others)
    expected[septet] = c;
  for (unsigned septet = 0; septet < 128; ++septet) {
    INFO(septet);
    std::string one;
    smpp::append_utf8(one, expected[septet]);
    CHECK(read(std::string(1, static_cast<char>(septet)), 0) == one);
  }
}

TEST_CASE("the GSM extension table, and escapes that lead nowhere") {
  CHECK(read("\x1B\x65", 0) == "€");
  CHECK(read("\x1B\x0A\x1B\x14\x1B\x28\x1B\x29\x1B\x2F\x1B\x3C\x1B\x3D\x1B\x3E\x1B\x40", 0) == "\f^{}\\[~]|");
  CHECK(read("\x1BS\x1BTOP", 0) == "STOP");
  CHECK(read("a\x1B", 0) == "a ");
  CHECK(read("a\x1B\x1B\x65", 0) == "a e");
}

TEST_CASE("nothing ends a text early") {
  CHECK(read("a\0b"s, 0) == "a@b");
  CHECK(read("ARRETEZ\r", 0) == "ARRETEZ\r");
  CHECK(read("a\0b"s, 1) == "a\0b"s);
  CHECK(read("", 0).empty());
  CHECK(read("", 8).empty());
}

TEST_CASE("data_coding 0 is what the link says") {
  CHECK(read("\x40_", 0, default_alphabet::gsm7) == "¡§");
  CHECK(read("\x40_", 0, default_alphabet::ascii) == "@_");
  CHECK(read("\x40_", 0, default_alphabet::latin1) == "@_");
  CHECK(read("ARR\xCAT", 0, default_alphabet::latin1) == "ARRÊT");
  for (const unsigned as_zero : {0x02, 0x04, 0x09, 0x0B, 0x0C, 0x0F, 0x14, 0x15, 0x54, 0x80, 0xB0, 0xF4, 0xF7}) {
    INFO(as_zero);
    CHECK(read("\x40", as_zero, default_alphabet::ascii) == "@");
    CHECK(read("\x40", as_zero, default_alphabet::gsm7) == "¡");
  }
}

TEST_CASE("octets above 0x7F under a 7-bit alphabet are UTF-8 when they can be, and Latin-1 otherwise") {
  for (const auto zero : {default_alphabet::gsm7, default_alphabet::ascii, default_alphabet::latin1}) {
    CHECK(read("ARR\xC3\x8AT", 0, zero) == "ARRÊT");
    CHECK(read("ARR\xCAT", 0, zero) == "ARRÊT");
  }
  CHECK(read("ARR\xCAT", 1) == "ARRÊT");
  CHECK(read("ARR\xCAT", 0xF0) == "ARRÊT");
  CHECK(read("\xC3\x8A \xCA", 0) == "Ã\u008A Ê");
}

TEST_CASE("the alphabets of SMPP") {
  CHECK(read("@_$", 1) == "@_$");
  CHECK(read("ARR\xCAT \xC3\x8A", 3) == "ARRÊT Ã\u008A");
  CHECK(read("\x92\xE2\x8E\x7E", 5) == "停止");
  CHECK(read("\xC1\xC2\xBE\xBF", 6) == "СТОП");
  CHECK(read("\xE4\xF1\xF8", 7) == "הסר");
  CHECK(read("\x1B$BDd;_\x1B(B", 0x0A) == "停止");
  CHECK(read("\xC4\xE4\xBB\xDF", 0x0D) == "停止");
  CHECK(read("\xBC\xF6\xBD\xC5\xB0\xC5\xBA\xCE", 0x0E) == "수신거부");
}

TEST_CASE("what an alphabet cannot read becomes U+FFFD, and the rest is read") {
  CHECK(read("\xBC\xF6\xFFok", 0x0E) == "수\uFFFDok");
  CHECK(read("ok\xBC", 0x0E) == "ok\uFFFD");
  CHECK(utf8(read(std::string(4000, '\xFF'), 5)));
}

TEST_CASE("UCS-2 is read as UTF-16, big endian unless a mark says otherwise") {
  CHECK(read("\0S\0T\0O\0P"s, 8) == "STOP");
  CHECK(read("\xFE\xFF\0S\0T"s, 8) == "ST");
  CHECK(read("\xFF\xFES\0T\0"s, 8) == "ST");
  CHECK(read("\x90\x00\x8B\xA2"s, 8) == "退订");
  CHECK(read("\xD8\x3D\xDE\x00"s, 8) == "😀");
  CHECK(read("\0S\0T\0"s, 8) == "ST");
  CHECK(read("\xD8\x3D\0S"s, 8) == "\uFFFDS");
  CHECK(read("\xDE\x00\0S"s, 8) == "\uFFFDS");
  CHECK(read("\0S\xD8\x3D"s, 8) == "S\uFFFD");
  CHECK(read("\xFE\xFF"s, 8).empty());
}

TEST_CASE("an odd number of ASCII octets is not UCS-2, whatever data_coding says") {
  CHECK(read("STOP!", 8) == "STOP!");
  CHECK(read("STOP\r\n.", 8) == "STOP\r\n.");
  CHECK(read("ST\xD8OP", 8) != "ST\xD8OP");
}

TEST_CASE("the coding groups of GSM 03.38") {
  for (const unsigned gsm7 :
       {0x10, 0x11, 0x13, 0x20, 0x30, 0x41, 0xC0, 0xC8, 0xCF, 0xD0, 0xD8, 0xF0, 0xF1, 0xF2, 0xF3}) {
    INFO(gsm7);
    CHECK(read("\x40", gsm7, default_alphabet::ascii) == "¡");
  }
  for (const unsigned ucs2 : {0x18, 0x19, 0x1A, 0x28, 0x48, 0x58, 0xE0, 0xE8, 0xEF}) {
    INFO(ucs2);
    CHECK(read("\0S\0T"s, ucs2) == "ST");
  }
}

TEST_CASE("every data_coding gives UTF-8 for whatever octets") {
  std::string all;
  for (unsigned round = 0; round < 3; ++round) {
    for (unsigned octet = 0; octet < 256; ++octet)
      all.push_back(static_cast<char>((octet * (2 * round + 1)) & 0xFFU));
  }
  for (unsigned data_coding = 0; data_coding < 256; ++data_coding) {
    INFO(data_coding);
    for (const auto zero : {default_alphabet::gsm7, default_alphabet::ascii, default_alphabet::latin1}) {
      CHECK(utf8(read(all, data_coding, zero)));
      CHECK(read("", data_coding, zero).empty());
    }
  }
}
