#include "smpp/outgoing.h"

#include "smpp/gsm7.h"
#include "smpp/utf8.h"
#include "tests/unit/catch.h"
#include "tests/unit/pdus.h"

using namespace smpp;

namespace {

std::string read_back(std::string_view text, default_alphabet zero) {
  const encoded_text e = encode(text, zero);
  return to_utf8(e.octets, e.data_coding, zero);
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

}  // namespace

TEST_CASE("UTF-8 to characters and back") {
  for (const std::string text : {"", "a", "é", "€", "退", "😀", "aé€退😀z"}) {
    std::string back;
    for (const char32_t c : from_utf8(text))
      append_utf8(back, c);
    CHECK(back == text);
  }
  CHECK(from_utf8("a\xC3") == U"a\xFFFD");
  CHECK(from_utf8("\xFF\xFEz") == U"\xFFFD\xFFFDz");
}

TEST_CASE("every septet goes out as it came in") {
  for (unsigned s = 0; s < 0x80; ++s) {
    if (s == 0x1B) continue;
    const buffer plain{static_cast<std::uint8_t>(s)};
    CHECK(to_gsm7(from_utf8(from_gsm7(plain))) == plain);
  }
  for (const unsigned s : {0x0AU, 0x14U, 0x28U, 0x29U, 0x2FU, 0x3CU, 0x3DU, 0x3EU, 0x40U, 0x65U}) {
    const buffer extended{0x1B, static_cast<std::uint8_t>(s)};
    CHECK(to_gsm7(from_utf8(from_gsm7(extended))) == extended);
  }
  for (const char32_t lacking : {U'ê', U'ç', U'`', U'\t', U'退', U'😀', U'\x1B'})
    CHECK_FALSE(to_gsm7(std::u32string(1, lacking)));
}

TEST_CASE("the default alphabet where it and GSM 7-bit have all of it, UCS-2 elsewhere") {
  using enum default_alphabet;
  for (const auto zero : {gsm7, ascii, latin1}) {
    for (const std::string text : {"Bye", "Désinscrit, à bientôt", "€5 [ok]", "退订成功", "😀"})
      CHECK(read_back(text, zero) == text);
    CHECK(encode("Bye", zero).data_coding == 0);
    CHECK(encode("`", zero).data_coding == 8);  // ASCII, and not in GSM 7-bit
    CHECK(encode("ô", zero).data_coding == 8);  // Latin-1, and not in GSM 7-bit
  }
  CHECK(encode("é", gsm7).octets == buffer{0x05});
  CHECK(encode("é", latin1).octets == buffer{0xE9});
  CHECK(encode("é", ascii).data_coding == 8);
  CHECK(encode("Σ", gsm7).data_coding == 0);
  CHECK(encode("Σ", latin1).data_coding == 8);
}

TEST_CASE("what one SMS carries") {
  using enum default_alphabet;
  for (const auto zero : {gsm7, ascii, latin1}) {
    CHECK(encode(repeated("a", 160), zero).one_segment);
    CHECK_FALSE(encode(repeated("a", 161), zero).one_segment);
    CHECK(encode(repeated("a", 158) + "[", zero).one_segment);
    CHECK_FALSE(encode(repeated("a", 159) + "[", zero).one_segment);
    CHECK(encode(repeated("退", 70), zero).one_segment);
    CHECK_FALSE(encode(repeated("退", 71), zero).one_segment);
    CHECK_FALSE(encode(repeated("😀", 36), zero).one_segment);
  }
  CHECK(encode(repeated("é", 160), gsm7).one_segment);
  CHECK_FALSE(encode(repeated("é", 71), ascii).one_segment);
}

TEST_CASE("a submit_sm of the gate's own") {
  const buffer pdu = make_submit_sm({0, 1, "36111"}, {1, 1, "33612345678"}, encode("Bye", default_alphabet::gsm7));
  testing::pdus::sm same;
  same.text = "Bye";
  CHECK(pdu == testing::pdus::submit_sm(0, same));
}
