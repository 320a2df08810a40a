#include "store/journal_block.h"

#include <set>

#include "store/journal_filter.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/journal_lines.h"

using namespace store;
using testing::decided;

namespace {

encoded_block encoded(const std::vector<decided>& all, const renumbering& known_as = {}) {
  journal_texts texts;
  journal_batch lines;
  for (const decided& d : all)
    testing::add(lines, texts, d);
  return encode_block(lines, 0, lines.size(), 7, texts, known_as);
}

}  // namespace

TEST_CASE("a block gives back what it was made of") {
  for (const std::size_t count : {1U, 2U, 3U, 100U, 4095U, 4096U}) {
    const auto all = testing::decisions(static_cast<std::uint32_t>(count)).many(count);
    const encoded_block e = encoded(all);
    CHECK(testing::decoded(e.block) == all);
    const auto f = journal_filter::read(e.filter);
    REQUIRE(f);
    CHECK(f->summary().first_position == 7);
    CHECK(f->summary().count == count);
    const auto by_time = [](const decided& a, const decided& b) { return a.at < b.at; };
    CHECK(f->summary().earliest.time_since_epoch().count() == std::ranges::min_element(all, by_time)->at);
    CHECK(f->summary().latest.time_since_epoch().count() == std::ranges::max_element(all, by_time)->at);
    std::uint64_t position = 7;
    decode_block(e.block, [&](const journal_entry& entry) { return entry.position == position++; });
    CHECK(position == 7 + count);
  }
}

TEST_CASE("a block of one part of a batch") {
  journal_texts texts;
  journal_batch lines;
  const auto all = testing::decisions().many(50);
  for (const decided& d : all)
    testing::add(lines, texts, d);
  CHECK(testing::decoded(encode_block(lines, 10, 15, 1, texts, {}).block) ==
        std::vector<decided>(all.begin() + 10, all.begin() + 25));
  lines.drop_front(30);
  journal_batch more;
  testing::add(more, texts, all[0]);
  lines.append(more);
  std::vector<decided> left(all.begin() + 30, all.end());
  left.push_back(all[0]);
  CHECK(testing::decoded(encode_block(lines, 0, 21, 1, texts, {}).block) == left);
}

TEST_CASE("extremes") {
  decided d;
  d.at = INT64_MIN / 2;
  d.number = UINT64_MAX;
  d.event = UINT64_MAX;
  d.answered = true;
  d.command_status = UINT32_MAX;
  d.message_id = std::string(64, '\xff');
  decided other = d;
  other.at = INT64_MAX / 2;
  other.number = 0;
  other.destination = std::string(64, '\0');
  other.sender = std::string(1000, 's');
  CHECK(testing::decoded(encoded({d, other, d}).block) == std::vector{d, other, d});
}

TEST_CASE("texts that are too long are cut") {
  decided d;
  d.destination = std::string(300, 'd');
  d.message_id = std::string(300, 'm');
  d.answered = true;
  const auto back = testing::decoded(encoded({d}).block).at(0);
  CHECK(back.destination == std::string(64, 'd'));
  CHECK(back.message_id == std::string(64, 'm'));
}

// Each octet changed in each of its bits, and each length: never beyond the end (the sanitizers watch), and never more
// entries than a block can have.
TEST_CASE("damaged blocks and filters") {
  const encoded_block good = encoded(testing::decisions(3).many(40));
  std::size_t undecodable = 0;
  for (std::size_t at = 0; at < good.block.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = good.block;
      damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(1U << bit));
      std::size_t visited = 0, octets = 0;
      const bool whole = decode_block(damaged, [&](const journal_entry& e) {
        ++visited;
        octets += testing::copy_of(e).destination.size();
        return true;
      });
      CHECK((whole ? visited > 0 && visited <= 4096 : visited == 0));
      undecodable += whole ? 0 : 1;
    }
    CHECK_FALSE(decode_block(std::string_view(good.block).substr(0, at), [](const journal_entry&) { return true; }));
  }
  CHECK(undecodable > 0);
  CHECK_FALSE(decode_block(good.block + "x", [](const journal_entry&) { return true; }));
  CHECK_FALSE(decode_block("\1" + good.block.substr(1), [](const journal_entry&) { return true; }));
  for (std::size_t length = 0; length < good.filter.size(); ++length) {
    const auto f = journal_filter::read(std::string_view(good.filter).substr(0, length));
    CHECK((!f || (f->may_hold(1), length > 8)));
  }
  CHECK_FALSE(journal_filter::read("\2" + good.filter.substr(1)));
}

TEST_CASE("random octets are no block") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string octets(random() % 200, '\0');
    for (char& c : octets)
      c = static_cast<char>(random());
    if (!octets.empty()) octets[0] = 2;
    decode_block(octets, [](const journal_entry& e) { return testing::copy_of(e).sender.size() < 1000; });
  }
}

TEST_CASE("a filter knows all that is there, and few of what is not") {
  const auto all = testing::decisions(9).many(4096);
  const encoded_block e = encoded(all);
  const auto f = journal_filter::read(e.filter);
  REQUIRE(f);
  std::set<std::uint64_t> numbers;
  std::size_t hashes = 0;
  for (const decided& d : all) {
    numbers.insert(d.number);
    hashes += (d.destination.empty() ? 1 : 0) + (d.message_id.empty() ? 0 : 1);
    if (d.destination.empty()) CHECK(f->may_hold(journal_hash(number{d.number})));
    if (!d.message_id.empty()) CHECK(f->may_hold(journal_hash(std::string_view(d.message_id))));
  }
  CHECK(e.filter.size() * 8 < hashes * 13);
  std::size_t wrong_numbers = 0, wrong_ids = 0;
  constexpr std::size_t tries = 100'000;
  for (std::uint64_t i = 0; i < tries; ++i) {
    wrong_numbers += !numbers.contains(44'700'000'000 + i) && f->may_hold(journal_hash(number{44'700'000'000 + i}));
    wrong_ids += f->may_hold(journal_hash(std::string_view("absent-" + std::to_string(i))));
  }
  CHECK(wrong_numbers < tries * 15 / 1000);
  CHECK(wrong_ids < tries * 15 / 1000);
  CHECK(wrong_numbers > 0);  // else the filter is larger than it should be
}

TEST_CASE("a block in which a person goes by another number") {
  auto all = testing::decisions(11).many(300);
  all[3].number = all[200].number = 33'612'345'678;
  all[3].destination = all[200].destination = "";
  constexpr std::uint64_t pseudonym = 1ULL << 63U | 12345;
  const renumbering known_as = [](number n) { return n.digits == 33'612'345'678 ? number{pseudonym} : n; };
  const auto renumbered = renumber_block(encoded(all).block, known_as);
  REQUIRE(renumbered);
  all[3].number = all[200].number = pseudonym;
  CHECK(testing::decoded(renumbered->block) == all);
  const auto f = journal_filter::read(renumbered->filter);
  REQUIRE(f);
  CHECK(f->may_hold(journal_hash(number{pseudonym})));
  CHECK(f->summary().first_position == 7);
  CHECK(f->summary().count == 300);
  CHECK_FALSE(renumber_block("not a block", known_as));
}

TEST_CASE("a filter tells whether there is a destination that could not be read") {
  decided d = testing::decisions().next();
  d.destination = "";
  const encoded_block without = encoded({d});
  CHECK_FALSE(journal_filter::read(without.filter)->may_hold_unreadable());
  d.number = 0;
  d.destination = "x";
  const encoded_block with = encoded({d});
  CHECK(journal_filter::read(with.filter)->may_hold_unreadable());
}

TEST_CASE("texts that tell a number") {
  telling_digits digits;
  CHECK_FALSE(digits.in("+33612345678"));
  digits.add({33'612'345'678});
  digits.add({1ULL << 63U | 77});
  for (const char* const text : {"+33612345678", "06 12 34 56 78 or so", "x12345678", "(0)6-12.34.56.78",
                                 "3132333435363738", "f3132333435363738", "0x333631323334353637382c"})
    CHECK(digits.in(text));
  for (const char* const text : {"", "2345678", "+33612345679", "12345687", "313233343536373", "3132333435362d3738"})
    CHECK_FALSE(digits.in(text));
}

TEST_CASE("the head of a block tells whose decisions it holds") {
  auto all = testing::decisions().many(50);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].sender = i == 49 ? "rare" : "frequent";
  const std::string block = encoded(all).block;
  CHECK(may_hold_sender(block, "rare"));
  CHECK(may_hold_sender(block, "frequent"));
  CHECK_FALSE(may_hold_sender(block, "frequen"));
  CHECK_FALSE(may_hold_sender(block, all[0].system_id));
  CHECK(may_hold_sender(block.substr(0, 20), "nobody"));  // damaged: whoever decodes it finds out
}

TEST_CASE("hashes are part of the format") {
  CHECK(journal_hash(std::string_view("a")) == 0xe78f326fbf5b3c13);
  CHECK(journal_hash(std::string_view("0123456")) == 0x7a75ba7eda3ec71);
  CHECK(journal_hash(std::string_view("01234567")) == 0x8ffbba012f61ba3c);
  CHECK(journal_hash(std::string_view("012345678")) == 0xc2e49efde3985037);
  CHECK(journal_hash(std::string_view("0123456789abcdef")) == 0x60eaca9013ecab5f);
  CHECK(journal_hash(std::string_view("33600000000-0000abcd")) == 0xcf2a42df5edbbd53);
  CHECK(journal_hash(std::string_view("8f14e45f-ceea-467f-9575-600000000000")) == 0x9c05096396ed6951);
  CHECK(journal_hash(number{33'612'345'678}) == 0xcc0b7b7c1176143d);
}

// SMSCs number their messages by one rule each.
TEST_CASE("message_ids by any rule come back, and by a usual one take little room") {
  const auto all_with = [](std::size_t count, auto id_of) {
    std::vector<decided> all(count);
    for (std::size_t i = 0; i < count; ++i) {
      all[i].at = 1'790'000'000'000'000;
      all[i].number = 33'600'000'000 + i * 7919 % 100'000;
      all[i].sender = "shop";
      all[i].answered = true;
      all[i].message_id = id_of(i);
    }
    return all;
  };
  const auto octets_each = [](const std::vector<decided>& all) {
    const std::string block = encoded(all).block;
    CHECK(testing::decoded(block) == all);
    return static_cast<double>(block.size()) / static_cast<double>(all.size());
  };
  std::mt19937_64 random(12);
  const auto hexadecimal = [&](std::size_t digits, const char* letters = "0123456789abcdef") {
    std::string text;
    while (text.size() < digits)
      text += letters[random() % 16];
    return text;
  };
  constexpr double number_and_origin = 3.1;
  const auto counter = [](std::size_t i) { return std::to_string(1'234'560'000 + i); };
  CHECK(octets_each(all_with(4096, counter)) < number_and_origin + 2);
  const auto uuid = [&](std::size_t) {
    return hexadecimal(8) + "-" + hexadecimal(4) + "-4" + hexadecimal(3) + "-a" + hexadecimal(3) + "-" +
           hexadecimal(12);
  };
  CHECK(octets_each(all_with(4096, uuid)) < number_and_origin + 18);
  const auto same = [](std::size_t) { return "always the same"; };
  CHECK(octets_each(all_with(4096, same)) < number_and_origin);
  const auto capitals = [&](std::size_t) { return hexadecimal(16, "0123456789ABCDEF"); };
  CHECK(octets_each(all_with(4096, capitals)) < number_and_origin + 16);
  // One that is not hexadecimal among many that are; lengths in turns; differences at either end of the longest.
  octets_each(all_with(4096, [&](std::size_t i) { return i == 4000 ? "0123456g" : hexadecimal(8); }));
  octets_each(all_with(1000, [&](std::size_t i) { return hexadecimal(i % 65); }));
  octets_each(all_with(1000, [&](std::size_t i) { return hexadecimal(1) + std::string(62, 'x') + "ab"[i % 2]; }));
  for (const char wrong : {'/', ':', '@', 'A', 'F', 'W', '`', 'g', '\0', '\x7f', '\xe9', '\xff'})
    octets_each(all_with(3, [&](std::size_t i) { return i == 1 ? std::string(1, wrong) : hexadecimal(1); }));
}

TEST_CASE("more origins than one octet can tell") {
  auto all = testing::decisions(21).many(600);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].answered = true, all[i].command_status = static_cast<std::uint32_t>(i % 400);
  CHECK(testing::decoded(encoded(all).block) == all);
}
