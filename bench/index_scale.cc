// How the index grows: octets a number, and what a verdict costs, hit and miss, from ten thousand numbers to fifty
// million. Beside it what one read at random in as much memory costs: ratios to that hold on any machine.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "bench/micro.h"
#include "store/index.h"

namespace {

using clock_type = std::chrono::steady_clock;
constexpr std::uint64_t looks = 5'000'000;

double nanoseconds_each(clock_type::duration d) {
  return std::chrono::duration<double, std::nano>(d).count() / static_cast<double>(looks);
}

std::uint64_t next(std::uint64_t& state) {  // xorshift64
  state ^= state << 13U;
  state ^= state >> 7U;
  return state ^= state << 17U;
}

// Numbers as operators give them out: not in a row, not at random either.
store::number nth(std::uint64_t i) {
  return {bench::first_number + i * 3};
}

struct costs {
  double hit = 0, miss = 0, expected = 0, reference = 0;
};

// The answer of each look is where the next begins, so that none hides behind another.
costs measure(const store::index& in, std::uint64_t numbers, std::vector<std::uint64_t>& memory) {
  const store::question q{.sender = 1, .group = 2, .now = store::now()};
  costs c;
  std::uint64_t state = 88172645463325252U, sum = 0;
  for (const bool hit : {true, false}) {
    const auto begun = clock_type::now();
    for (std::uint64_t i = 0; i < looks; ++i) {
      const auto found = in.judge({nth((next(state) + (sum & 1U)) % numbers).digits + (hit ? 0 : 1)}, q);
      sum += found ? found->sequence : 1;
    }
    (hit ? c.hit : c.miss) = nanoseconds_each(clock_type::now() - begun);
  }
  // As the session asks: sixteen numbers are announced, then judged.
  auto begun = clock_type::now();
  for (std::uint64_t i = 0; i < looks / 16; ++i) {
    store::number asked[16];
    for (store::number& n : asked) {
      n = nth(next(state) % numbers);
      in.expect(n);
    }
    for (const store::number n : asked)
      sum += in.judge(n, q)->sequence;
  }
  c.expected = nanoseconds_each(clock_type::now() - begun);
  memory.resize(in.octets() / sizeof(std::uint64_t));
  begun = clock_type::now();
  for (std::uint64_t i = 0; i < looks; ++i)
    sum += memory[(next(state) + (sum & 1U)) % memory.size()];
  c.reference = nanoseconds_each(clock_type::now() - begun);
  if (sum == 42) std::puts("");  // keeps all of it
  return c;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t most = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 50'000'000;
  std::puts(
      "| numbers | index, MB | octets a number | hit, ns | miss, ns | announced, ns | random read, ns | hit / read |");
  std::puts("|---:|---:|---:|---:|---:|---:|---:|---:|");
  for (std::uint64_t numbers = 10'000; numbers <= most; numbers = numbers == 10'000'000 ? 50'000'000 : numbers * 10) {
    store::index in;
    in.reserve(numbers);
    store::fact f;
    f.scope = f.source = 1;
    for (std::uint64_t i = 0; i < numbers; ++i) {
      f.occurred_at = store::now() - std::chrono::hours(24);
      f.sequence = i + 1;
      in.merge(nth(i), f);
    }
    std::vector<std::uint64_t> memory;
    const costs c = measure(in, numbers, memory);
    std::printf("| %llu | %.1f | %.1f | %.0f | %.0f | %.0f | %.0f | %.1f |\n", static_cast<unsigned long long>(numbers),
                static_cast<double>(in.octets()) / 1e6, static_cast<double>(in.octets()) / static_cast<double>(numbers),
                c.hit, c.miss, c.expected, c.reference, c.hit / c.reference);
    std::fflush(stdout);
  }
  return 0;
}
