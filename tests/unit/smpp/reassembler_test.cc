#include "smpp/reassembler.h"

#include <algorithm>

#include "tests/unit/catch.h"

using namespace std::chrono_literals;
using smpp::concatenation;
using smpp::reassembler;

namespace {

const reassembler::time_point start{};

concatenation part(unsigned segment, unsigned total, unsigned reference = 7) {
  return {static_cast<std::uint16_t>(reference), static_cast<std::uint8_t>(total), static_cast<std::uint8_t>(segment)};
}

}  // namespace

TEST_CASE("parts join in order, however they come") {
  std::vector<unsigned> order{1, 2, 3, 4};
  do {
    reassembler r(10, 60s);
    reassembler::joined j;
    for (std::size_t i = 0; i < order.size(); ++i) {
      j = r.add("336", "36111", part(order[i], 4), std::string(1, static_cast<char>('a' + order[i])), start);
      CHECK(j.complete == (i == 3));
      CHECK(j.text.size() == i + 1);
      CHECK(std::ranges::is_sorted(j.text));
    }
    CHECK(j.text == "bcde");
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("what has come is given while a part is missing") {
  reassembler r(10, 60s);
  CHECK(r.add("336", "36111", part(3, 3), " merci", start).text == " merci");
  const auto j = r.add("336", "36111", part(1, 3), "STOP", start);
  CHECK(j.text == "STOP merci");
  CHECK_FALSE(j.complete);
}

TEST_CASE("a part that comes twice replaces itself, also when the message is whole") {
  reassembler r(10, 60s);
  r.add("336", "36111", part(1, 2), "one", start);
  CHECK(r.add("336", "36111", part(1, 2), "ONE", start).text == "ONE");
  CHECK(r.add("336", "36111", part(2, 2), "two", start).complete);
  const auto again = r.add("336", "36111", part(2, 2), "two", start);
  CHECK(again.complete);
  CHECK(again.text == "ONEtwo");
  CHECK(r.size() == 1);
}

TEST_CASE("a reference that comes round again with another text is another message") {
  reassembler r(10, 60s);
  r.add("336", "36111", part(1, 2), "one", start);
  r.add("336", "36111", part(2, 2), "two", start);
  const auto j = r.add("336", "36111", part(1, 2), "STOP", start);
  CHECK(j.text == "STOP");
  CHECK_FALSE(j.complete);
}

TEST_CASE("messages of others, to others, of another reference or length do not mix") {
  reassembler r(10, 60s);
  r.add("336", "36111", part(1, 2), "a", start);
  CHECK(r.add("337", "36111", part(2, 2), "b", start).text == "b");
  CHECK(r.add("336", "36222", part(2, 2), "c", start).text == "c");
  CHECK(r.add("336", "36111", part(2, 2, 8), "d", start).text == "d");
  CHECK(r.add("336", "36111", part(2, 3), "e", start).text == "e");
  CHECK(r.add("336", "36111", part(2, 2), "f", start).text == "af");
  CHECK(r.size() == 5);
}

TEST_CASE("the oldest is forgotten when there are too many") {
  reassembler r(3, 60s);
  for (unsigned reference = 0; reference < 100; ++reference) {
    r.add("336", "36111", part(1, 2, reference), "x", start);
    CHECK(r.size() <= 3);
  }
  CHECK(r.add("336", "36111", part(2, 2, 99), "y", start).complete);
  CHECK_FALSE(r.add("336", "36111", part(2, 2, 96), "y", start).complete);
}

TEST_CASE("a message is forgotten a lifetime after its first part") {
  reassembler r(10, 60s);
  r.add("336", "36111", part(1, 3), "a", start);
  r.add("336", "36111", part(2, 3), "b", start + 59s);
  const auto j = r.add("336", "36111", part(3, 3), "c", start + 60s);
  CHECK(j.text == "c");
  CHECK_FALSE(j.complete);
  CHECK(r.size() == 1);
  r.add("337", "36111", part(1, 3), "x", start + 10min);
  CHECK(r.size() == 1);
}
