#include "smpp/tlv.h"

#include "tests/unit/catch.h"

using smpp::buffer;

TEST_CASE("an area is a whole number of parameters") {
  CHECK(smpp::well_formed(buffer{}));
  CHECK(smpp::well_formed(buffer{0x04, 0x24, 0, 0}));
  CHECK(smpp::well_formed(buffer{0x04, 0x24, 0, 1, 'x', 0x14, 0x00, 0, 2, 'y', 'z'}));
  CHECK_FALSE(smpp::well_formed(buffer{0x04, 0x24, 0}));
  CHECK_FALSE(smpp::well_formed(buffer{0x04, 0x24, 0, 1}));
  CHECK_FALSE(smpp::well_formed(buffer{0x04, 0x24, 0xFF, 0xFF, 'x'}));
  CHECK_FALSE(smpp::well_formed(buffer{0x04, 0x24, 0, 1, 'x', 0x14}));
}

TEST_CASE("stray NULs at the end are let through") {
  for (std::size_t count = 1; count <= 5; ++count) {  // four are a parameter: tag 0, length 0
    INFO(count);
    CHECK(smpp::well_formed(buffer(count, 0)));
    buffer after{0x04, 0x24, 0, 1, 'x'};
    after.insert(after.end(), count, 0);
    CHECK(smpp::well_formed(after));
  }
  CHECK_FALSE(smpp::well_formed(buffer{0, 0, 1}));
}

TEST_CASE("the first parameter with the tag counts") {
  const buffer area{0x02, 0x04, 0, 2, 0, 1, 0x02, 0x04, 0, 2, 0, 2, 0x13, 0x0C, 0, 0};
  REQUIRE(smpp::find(area, 0x0204).has_value());
  CHECK(smpp::find(area, 0x0204)->data() == area.data() + 4);
  CHECK(smpp::find(area, 0x0204)->size() == 2);
  CHECK(smpp::find(area, 0x130C)->empty());
  CHECK_FALSE(smpp::find(area, 0x0424).has_value());
}

TEST_CASE("integers have one or two octets") {
  const buffer area{0, 1, 0, 1, 0xFE, 0, 2, 0, 2, 0x12, 0x34, 0, 3, 0, 0, 0, 4, 0, 3, 1, 2, 3};
  CHECK(smpp::find_integer(area, 1) == std::uint16_t{0xFE});
  CHECK(smpp::find_integer(area, 2) == std::uint16_t{0x1234});
  CHECK_FALSE(smpp::find_integer(area, 3).has_value());
  CHECK_FALSE(smpp::find_integer(area, 4).has_value());
  CHECK_FALSE(smpp::find_integer(area, 5).has_value());
}
