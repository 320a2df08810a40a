#include "smpp/utf8.h"

#include "tests/unit/catch.h"

namespace {

bool is_utf8(std::initializer_list<unsigned> values) {
  smpp::buffer text;
  for (const unsigned v : values)
    text.push_back(static_cast<std::uint8_t>(v));
  return smpp::is_utf8(text);
}

std::string utf8(char32_t c) {
  std::string out;
  smpp::append_utf8(out, c);
  return out;
}

}  // namespace

TEST_CASE("code points take one to four octets") {
  CHECK(utf8(0x7F) == "\x7F");
  CHECK(utf8(0x80) == "\xC2\x80");
  CHECK(utf8(0x7FF) == "\xDF\xBF");
  CHECK(utf8(0x800) == "\xE0\xA0\x80");
  CHECK(utf8(0xFFFF) == "\xEF\xBF\xBF");
  CHECK(utf8(0x10000) == "\xF0\x90\x80\x80");
  CHECK(utf8(0x10FFFF) == "\xF4\x8F\xBF\xBF");
  for (const char32_t none : {0xD800, 0xDFFF, 0x110000})
    CHECK(utf8(none) == "\xEF\xBF\xBD");
}

TEST_CASE("what is written is valid") {
  for (char32_t c = 0; c <= 0x110000; c += 13) {
    const std::string one = utf8(c);
    REQUIRE(smpp::is_utf8({reinterpret_cast<const std::uint8_t*>(one.data()), one.size()}));
  }
}

TEST_CASE("overlong forms, surrogates, cut and stray octets are not UTF-8") {
  CHECK(is_utf8({}));
  CHECK(is_utf8({'a', 0xC3, 0x8A, 0xF0, 0x9F, 0x98, 0x80}));
  CHECK(is_utf8({0xED, 0x9F, 0xBF}));
  CHECK_FALSE(is_utf8({0x80}));
  CHECK_FALSE(is_utf8({0xC3}));
  CHECK_FALSE(is_utf8({0xC3, 'a'}));
  CHECK_FALSE(is_utf8({0xC0, 0x80}));
  CHECK_FALSE(is_utf8({0xC1, 0xBF}));
  CHECK_FALSE(is_utf8({0xE0, 0x9F, 0xBF}));
  CHECK_FALSE(is_utf8({0xF0, 0x8F, 0xBF, 0xBF}));
  CHECK_FALSE(is_utf8({0xED, 0xA0, 0x80}));
  CHECK_FALSE(is_utf8({0xF4, 0x90, 0x80, 0x80}));
  CHECK_FALSE(is_utf8({0xF5, 0x80, 0x80, 0x80}));
  CHECK_FALSE(is_utf8({0xF0, 0x9F, 0x98}));
  CHECK_FALSE(is_utf8({0xFF}));
}

TEST_CASE("what names no alphabet is read as UTF-8 or as Latin-1") {
  CHECK(smpp::readable("") == "");
  CHECK(smpp::readable("caf\xC3\xA9") == "caf\xC3\xA9");
  CHECK(smpp::readable("caf\xE9") == "caf\xC3\xA9");
  CHECK(smpp::readable("\xC3") == "\xC3\x83");
}
