#include "store/journal_tail.h"

#include <map>

#include "store/journal_filter.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/journal_lines.h"

using namespace store;
using testing::decided;

namespace {

// What a disk would hold after the writes of a tail.
struct disk {
  std::map<std::uint64_t, std::string> blocks;

  void write(const journal_changes& c) {
    for (const std::uint64_t key : c.gone)
      REQUIRE(blocks.erase(key) == 1);
    for (const journal_record& r : c.put)
      REQUIRE(blocks.emplace(r.key, r.octets.block).second);
  }
  std::vector<decided> all() const {
    std::vector<decided> found;
    std::uint64_t position = 0;
    for (const auto& [key, block] : blocks) {
      decode_block(block, [&](const journal_entry& e) {
        REQUIRE(e.position == ++position);
        found.push_back(testing::copy_of(e));
        return true;
      });
    }
    return found;
  }
};

struct written_tail {
  disk on_disk;
  journal_texts texts;
  journal_tail tail{0, 0};
  std::vector<decided> added;
  testing::decisions source{4};
  instant now{std::chrono::hours(1000)};

  void add(std::size_t count) {
    journal_batch lines;
    for (std::size_t i = 0; i < count; ++i) {
      added.push_back(source.next());
      testing::add(lines, texts, added.back());
    }
    tail.add(lines);
  }
  // As a busy worker hands them in.
  void add_full_block() {
    journal_batch lines;
    for (std::size_t i = 0; i < most_in_block; ++i) {
      added.push_back(source.next());
      testing::add(lines, texts, added.back());
    }
    journal_columns full;
    for (std::size_t i = 0; i < most_in_block; ++i)
      full.add(lines[i]);
    tail.add(std::move(full));
  }
  void write(bool all = true) {
    on_disk.write(tail.plan(now, all, texts, {}));
    tail.written();
  }
};

}  // namespace

TEST_CASE("whatever comes when, all of it is on disk in its order, in few blocks") {
  written_tail t;
  std::mt19937_64& random = t.source.random();
  std::size_t handed_in_full = 0;
  for (int i = 0; i < 3000; ++i) {
    t.add(random() % 20 == 0 ? random() % 9000 : random() % 3);
    if (random() % 100 == 0) {
      t.add_full_block();
      ++handed_in_full;
    }
    const bool all = random() % 4 != 0;
    t.write(all);
    if (all) CHECK_FALSE(t.tail.unwritten());
    t.now += std::chrono::milliseconds(500);
  }
  t.write();
  CHECK(t.on_disk.all() == t.added);
  CHECK(t.on_disk.blocks.size() <= t.added.size() / most_in_block + 13 + handed_in_full);
}

TEST_CASE("a message a second makes few blocks, and each line is written few times") {
  written_tail t;
  std::size_t lines_written = 0;
  for (int second = 0; second < 10'000; ++second) {
    t.add(1);
    const journal_changes c = t.tail.plan(t.now, true, t.texts, {});
    for (const journal_record& r : c.put)
      lines_written += journal_filter::read(r.octets.filter)->summary().count;
    t.on_disk.write(c);
    t.tail.written();
    t.now += std::chrono::seconds(1);
  }
  CHECK(t.on_disk.all() == t.added);
  CHECK(t.on_disk.blocks.size() <= 2 + 12);  // an hour each, and what is still small
  CHECK(lines_written <= 13 * t.added.size());
}

TEST_CASE("hours of silence leave no block open") {
  written_tail t;
  for (int i = 0; i < 50; ++i) {
    t.add(1);
    t.write();
    t.now += std::chrono::minutes(25);
  }
  CHECK(t.on_disk.all() == t.added);
  for (const auto& [key, block] : t.on_disk.blocks)
    CHECK(testing::decoded(block).size() <= 4);
}

TEST_CASE("a write that fails is planned again, under a new key") {
  written_tail t;
  t.add(3);
  t.write();
  t.add(5000);
  const journal_changes lost = t.tail.plan(t.now, true, t.texts, {});
  CHECK(lost.put.size() == 2);
  CHECK(t.tail.unwritten());
  t.add(1);
  t.write();
  CHECK(t.on_disk.all() == t.added);
  CHECK(t.on_disk.blocks.begin()->first > lost.put.back().key);
}

TEST_CASE("keys grow though the clock steps back, and after a restart") {
  written_tail t;
  t.add(1);
  t.write();
  const std::uint64_t first = t.on_disk.blocks.begin()->first;
  CHECK(first == static_cast<std::uint64_t>(t.now.time_since_epoch().count()));
  t.now -= std::chrono::hours(5);
  t.add(4096);
  t.write();
  CHECK(t.on_disk.blocks.begin()->first > first);
  journal_tail restarted(t.added.size(), t.on_disk.blocks.rbegin()->first);
  journal_batch lines;
  t.added.push_back(t.source.next());
  testing::add(lines, t.texts, t.added.back());
  restarted.add(lines);
  t.on_disk.write(restarted.plan(t.now, true, t.texts, {}));
  CHECK(t.on_disk.all() == t.added);
}

TEST_CASE("an erased number does not come back when small blocks are put together") {
  written_tail t;
  t.added.push_back(t.source.next());
  t.added[0].number = 33'612'345'678;
  t.added[0].destination = "";
  journal_batch lines;
  testing::add(lines, t.texts, t.added[0]);
  t.tail.add(lines);
  t.write();
  t.add(1);
  const renumbering known_as = [](number n) { return n.digits == 33'612'345'678 ? number{1ULL << 63U} : n; };
  t.on_disk.write(t.tail.plan(t.now, true, t.texts, known_as));
  t.added[0].number = 1ULL << 63U;
  CHECK(t.on_disk.all() == t.added);
}
