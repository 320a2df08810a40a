// What the steps of a submit_sm cost, one by one, each also as a multiple of a reference loop that ran in the same
// process: times differ from machine to machine and from hour to hour, the multiples much less. See bench/README.md.
#include "bench/micro.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "smpp/framer.h"
#include "smpp/message.h"
#include "smpp/sequence_window.h"

namespace {

// FNV-1a over one submit_sm: a chain of multiplications, bound by the core's clock alone.
void reference(benchmark::State& state) {
  const smpp::buffer read = bench::one_read();
  bench::circle pdus(read);
  for (auto _ : state) {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const std::uint8_t octet : pdus.next().first(bench::submit_template::size))
      hash = (hash ^ octet) * 0x100000001B3;
    benchmark::DoNotOptimize(hash);
  }
}
BENCHMARK(reference);

void next_frame(benchmark::State& state) {
  const smpp::buffer read = bench::one_read();
  bench::circle pdus(read);
  for (auto _ : state)
    benchmark::DoNotOptimize(smpp::next_frame(pdus.next(), 70'000));
}
BENCHMARK(next_frame);

void decode_submit_sm(benchmark::State& state) {
  const smpp::buffer read = bench::one_read();
  bench::circle pdus(read);
  for (auto _ : state) {
    smpp::message m;
    if (smpp::decode_submit_sm(pdus.next().first(bench::submit_template::size), m) != smpp::command_status::ESME_ROK) {
      state.SkipWithError("decode_submit_sm refused the load generator's PDU");
      break;
    }
    benchmark::DoNotOptimize(m);
  }
}
BENCHMARK(decode_submit_sm);

void append_renumbered(benchmark::State& state) {
  const smpp::buffer read = bench::one_read();
  bench::circle pdus(read);
  smpp::buffer out;
  std::uint32_t sequence_number = 0;
  for (auto _ : state) {
    if (out.size() >= read.size()) out.clear();
    smpp::append_renumbered(out, pdus.next().first(bench::submit_template::size), ++sequence_number);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(append_renumbered);

// One add, find and erase, with the window's other requests in flight.
void sequence_window(benchmark::State& state) {
  const auto window = static_cast<std::size_t>(state.range(0));
  smpp::sequence_window<std::uint64_t> in_flight;
  std::vector<std::uint32_t> oldest;
  for (std::size_t i = 0; i < window; ++i)
    oldest.push_back(in_flight.add(i));
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(in_flight.find(oldest[at]));
    in_flight.erase(oldest[at]);
    oldest[at] = in_flight.add(at);
    if (++at == window) at = 0;
  }
}
BENCHMARK(sequence_window)->Arg(10)->Arg(100)->Arg(10'000);

// The console's table with one more column: the multiple of the reference, which must have run first.
class reporter : public benchmark::ConsoleReporter {
 public:
  reporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> shown = runs;
    for (Run& run : shown) {
      if (run.error_occurred) continue;
      const double nanoseconds = run.GetAdjustedCPUTime();
      if (run.run_name.function_name == "reference") reference_ = nanoseconds;
      if (reference_ > 0) run.counters["references"] = benchmark::Counter(nanoseconds / reference_);
    }
    ConsoleReporter::ReportRuns(shown);
  }

 private:
  double reference_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  reporter with_multiples;
  benchmark::RunSpecifiedBenchmarks(&with_multiples);
  return 0;
}
