#include "smpp/text.h"
#include "tests/unit/catch.h"

namespace {

struct read_back {
  std::string text;
  std::optional<smpp::concatenation> part;
};

read_back split(const smpp::buffer& user_data, const smpp::buffer& optional_parameters = {}, bool udh = true) {
  smpp::message m;
  m.esm_class = udh ? 0x40 : 0;
  m.short_message = user_data;
  m.optional_parameters = optional_parameters;
  const smpp::user_text user = smpp::split_user_data(m);
  return {{user.text.begin(), user.text.end()}, user.part};
}

void check_part(const read_back& r, unsigned reference, unsigned total, unsigned segment) {
  REQUIRE(r.part.has_value());
  CHECK(r.part->reference == reference);
  CHECK(r.part->total == total);
  CHECK(r.part->segment == segment);
}

smpp::buffer sar(unsigned total, unsigned segment) {
  return {0x02,
          0x0C,
          0,
          2,
          0x12,
          0x34,
          0x02,
          0x0E,
          0,
          1,
          static_cast<std::uint8_t>(total),
          0x02,
          0x0F,
          0,
          1,
          static_cast<std::uint8_t>(segment)};
}

}  // namespace

TEST_CASE("concatenation is found in the header, by either reference") {
  const auto short_reference = split({5, 0, 3, 0xCC, 2, 1, 'h', 'i'});
  check_part(short_reference, 0xCC, 2, 1);
  CHECK(short_reference.text == "hi");
  const auto long_reference = split({6, 8, 4, 0xBE, 0xEF, 3, 3, 'h', 'i'});
  check_part(long_reference, 0xBEEF, 3, 3);
  CHECK(long_reference.text == "hi");
  check_part(split({0x0B, 5, 4, 0x15, 0x82, 0, 0, 0, 3, 0xCC, 2, 2, 'x'}), 0xCC, 2, 2);
}

TEST_CASE("a header without concatenation is taken off all the same") {
  const auto r = split({6, 5, 4, 0x15, 0x81, 0x15, 0x81, 'S'});
  CHECK_FALSE(r.part.has_value());
  CHECK(r.text == "S");
  CHECK(split({0, 'S'}).text == "S");
  CHECK(split({1, 'x'}).text.empty());
}

TEST_CASE("nonsense counts as no concatenation") {
  for (const smpp::buffer& header :
       {smpp::buffer{5, 0, 3, 1, 0, 0}, smpp::buffer{5, 0, 3, 1, 2, 0}, smpp::buffer{5, 0, 3, 1, 2, 3},
        smpp::buffer{5, 0, 4, 1, 2, 1}, smpp::buffer{4, 0, 2, 1, 2}, smpp::buffer{2, 0, 9}, smpp::buffer{1, 0}}) {
    const auto r = split(header);
    CHECK_FALSE(r.part.has_value());
    CHECK(r.text.empty());
  }
  check_part(split({10, 0, 3, 1, 0, 0, 0, 3, 7, 2, 1}), 7, 2, 1);
}

TEST_CASE("a header longer than the text is text") {
  CHECK(split({3, 'a', 'b'}).text ==
        "\x03"
        "ab");
  CHECK(split({}).text.empty());
  CHECK(split({5, 0, 3, 0xCC, 2, 1, 'x'}, {}, false).text.size() == 7);
  CHECK_FALSE(split({5, 0, 3, 0xCC, 2, 1, 'x'}, {}, false).part.has_value());
}

TEST_CASE("sar parameters say it otherwise, with a reference of one octet or two") {
  check_part(split({'x'}, sar(3, 2), false), 0x1234, 3, 2);
  check_part(split({'x'}, {2, 0x0C, 0, 1, 7, 2, 0x0E, 0, 1, 2, 2, 0x0F, 0, 1, 1}, false), 7, 2, 1);
  CHECK_FALSE(split({'x'}, sar(0, 0), false).part.has_value());
  CHECK_FALSE(split({'x'}, sar(2, 3), false).part.has_value());
  CHECK_FALSE(split({'x'}, {2, 0x0C, 0, 1, 7, 2, 0x0E, 0, 1, 2}, false).part.has_value());
  check_part(split({5, 0, 3, 0xCC, 2, 1}, sar(3, 2)), 0xCC, 2, 1);  // the header goes first
  check_part(split({5, 0, 3, 0xCC, 0, 0}, sar(3, 2)), 0x1234, 3, 2);
}
