#include "proxy/server/receive_buffer.h"

#include <random>

#include "tests/unit/catch.h"

using proxy::receive_buffer;

TEST_CASE("octets come out as they went in, also when they are taken while a read is under way") {
  std::mt19937 random(3);  // NOLINT: the same sequence in every run
  receive_buffer buffer;
  std::uint8_t next_in = 0, next_out = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::span<std::uint8_t> room = buffer.room(70000);
    const std::size_t arrives = std::min<std::size_t>(room.size(), random() % 5000);
    const auto take = [&](std::size_t octets) {
      for (const std::uint8_t octet : buffer.pending().first(octets))
        REQUIRE(octet == next_out++);
      buffer.consume(octets);
    };
    take(random() % 2 == 0 ? buffer.pending().size() : buffer.pending().size() / 2);
    for (std::size_t i = 0; i < arrives; ++i)
      room[i] = next_in++;
    buffer.commit(arrives);
    if (random() % 3 == 0) take(buffer.pending().size());
  }
}

TEST_CASE("a buffer that nobody takes from stops growing") {
  receive_buffer buffer;
  std::size_t all = 0;
  for (std::span<std::uint8_t> room = buffer.room(70000); !room.empty(); room = buffer.room(70000)) {
    buffer.commit(room.size());
    all += room.size();
  }
  CHECK(all == 70000);
}
