#include "store/number_reader.h"

#include <random>

#include "tests/unit/catch.h"

using namespace store;

// read_number() is the specification.
TEST_CASE("numbers that are read in a few steps are those that are read step by step") {
  const std::vector<numbering_plan> plans{{"33", "0", "00"},        {"", "0", "00"},   {"1", "1", "011"},
                                          {"39", "", "00"},         {"7", "8", "810"}, {"44", "0", ""},
                                          {"33", "0", "123456789"}, {"", "", ""}};
  const std::vector<std::string> beginnings{"",   "0", "00", "33",  "330",    "3306", "+33", "011", "1",
                                            "11", "8", "78", "810", "810810", "44",   "440", "39",  "123456789"};
  const std::string characters = "01234567890123456789+ .-()x";
  std::mt19937 random(7);
  std::size_t readable = 0;
  for (const numbering_plan& plan : plans) {
    const number_reader reader(plan);
    for (int i = 0; i < 20'000; ++i) {
      std::string text = beginnings[random() % beginnings.size()];
      const bool digits_alone = random() % 4 != 0;
      for (std::size_t more = random() % 16; more > 0; --more)
        text += characters[random() % (digits_alone ? 20 : characters.size())];
      for (const number_kind claimed : {number_kind::unknown, number_kind::international, number_kind::national}) {
        INFO(text << " in " << plan.country_code << "/" << plan.trunk_prefix << "/" << plan.international_prefix);
        const auto expected = read_number(text, claimed, plan);
        REQUIRE(reader.read(text, claimed) == expected);
        readable += expected.has_value();
      }
    }
  }
  CHECK(readable > 100'000);
}
