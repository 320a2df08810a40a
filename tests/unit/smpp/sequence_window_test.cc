#include "smpp/sequence_window.h"

#include <algorithm>
#include <map>
#include <random>

#include "tests/unit/catch.h"

namespace {

using window = smpp::sequence_window<std::uint64_t>;

// A window and what it should hold, told the same things.
class pair_of_both {
 public:
  explicit pair_of_both(std::uint32_t next) : real_(next) {}

  void add(std::uint64_t entry) {
    const std::uint32_t given = real_.add(entry);
    REQUIRE(given >= window::first);
    REQUIRE(given <= window::last);
    REQUIRE(model_.emplace(given, entry).second);  // never one that is in flight
  }

  void erase(std::uint32_t sequence_number) {
    real_.erase(sequence_number);
    model_.erase(sequence_number);
    REQUIRE(real_.find(sequence_number) == nullptr);
  }

  void compare() {
    REQUIRE(real_.size() == model_.size());
    REQUIRE(real_.empty() == model_.empty());
    for (const auto& [sequence_number, entry] : model_) {
      const std::uint64_t* found = real_.find(sequence_number);
      REQUIRE(found != nullptr);
      REQUIRE(*found == entry);
    }
    std::map<std::uint32_t, std::uint64_t> visited;
    real_.for_each([&](std::uint32_t s, std::uint64_t e) { REQUIRE(visited.emplace(s, e).second); });
    REQUIRE(visited == model_);
  }

  const std::map<std::uint32_t, std::uint64_t>& model() const { return model_; }

 private:
  window real_;
  std::map<std::uint32_t, std::uint64_t> model_;
};

}  // namespace

TEST_CASE("numbers start at 1 and count up") {
  window w;
  for (std::uint32_t expected = 1; expected < 100; ++expected) {
    CHECK(w.add(expected) == expected);
    w.erase(expected);
  }
}

TEST_CASE("numbers go from 0x7FFFFFFF to 1, past what is still in flight") {
  window w(window::last - 1);
  CHECK(w.add(10) == 0x7FFFFFFE);
  CHECK(w.add(11) == 0x7FFFFFFF);
  CHECK(w.add(12) == 1);
  CHECK(w.size() == 3);
  CHECK(*w.find(0x7FFFFFFF) == 11);
  CHECK(*w.find(1) == 12);
}

TEST_CASE("what is not there is not found, and erasing it changes nothing") {
  window w;
  CHECK(w.find(0) == nullptr);
  CHECK(w.find(1) == nullptr);
  w.erase(1);
  w.add(5);
  for (const std::uint32_t other : {0U, 2U, 17U, 0x80000001U, 0xFFFFFFFFU}) {
    CHECK(w.find(other) == nullptr);
    w.erase(other);
  }
  CHECK(w.size() == 1);
  CHECK(*w.find(1) == 5);
}

TEST_CASE("a window behaves like a map, whatever the order of answers") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  const auto start = GENERATE(std::uint32_t{1}, window::last - 300);
  const auto most = GENERATE(3U, 40U, 600U);
  std::mt19937 random(seed);
  pair_of_both both(start);
  for (unsigned step = 0; step < 6000; ++step) {
    const auto in_flight = both.model().size();
    if (in_flight == 0 || (in_flight < most && random() % 2 == 0)) {
      both.add(step);
    } else if (random() % 8 == 0) {
      both.erase(static_cast<std::uint32_t>(random()));  // an answer nobody waits for
    } else {
      // Mostly the oldest ones, so that some stragglers stay for long.
      const auto it =
          std::next(both.model().begin(), static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(in_flight, 9)));
      both.erase(it->first);
    }
    if (step % 100 == 0) both.compare();
  }
  both.compare();
}

TEST_CASE("stragglers stay while hundreds of thousands pass them") {
  pair_of_both both(window::last - 100'000);
  for (unsigned straggler = 0; straggler < 7; ++straggler)
    both.add(straggler);
  const auto stragglers = both.model();
  for (unsigned i = 0; i < 200'000; ++i) {
    both.add(i);
    const auto newest =
        std::ranges::find_if(both.model(), [&](const auto& e) { return !stragglers.contains(e.first); });
    both.erase(newest->first);
  }
  both.compare();
  CHECK(both.model() == stragglers);
}

TEST_CASE("cleared, it forgets all and goes on counting") {
  window w;
  const std::uint32_t before = w.add(1);
  w.clear();
  CHECK(w.empty());
  CHECK(w.find(before) == nullptr);
  CHECK(w.add(2) == before + 1);
}
