// The store's part of a submit_sm: reading the number, and the verdict.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "bench/micro.h"
#include "store/consent_store.h"
#include "store/journal_block.h"

namespace {

void read_number(benchmark::State& state) {
  const store::numbering_plan plan{.country_code = "33"};
  bench::destinations to(bench::first_number, bench::consented_numbers, 10);
  std::vector<bench::number_text> texts;
  for (int i = 0; i < 100; ++i)
    texts.push_back(bench::digits_of(to.next().number));
  std::size_t at = 0;
  for (auto _ : state) {
    const std::string_view text(texts[at].data(), texts[at].size());
    benchmark::DoNotOptimize(store::read_number(text, store::number_kind::international, plan));
    if (++at == texts.size()) at = 0;
  }
}
BENCHMARK(read_number);

// A store of a million numbers in a temporary folder, made when it is first asked for.
class million {
 public:
  static million& instance() {
    static million made;
    return made;
  }

  store::consent_store& consents() { return *store_; }
  store::question question() {
    return {.sender = store_->intern({store::scope_kind::sender, "bench"}),
            .group = store_->intern({store::scope_kind::group, "bench"}),
            .rule = store::consent_rule::opt_in,
            .now = store::now()};
  }

 private:
  million() : folder_(std::filesystem::temp_directory_path() / ("consentgate-micro-" + std::to_string(getpid()))) {
    store::consent_store::options where;
    where.path = folder_;
    auto opened = store::consent_store::open(std::move(where));
    if (const auto* why = std::get_if<store::failure>(&opened)) throw std::runtime_error(why->message);
    store_ = std::move(std::get<0>(opened));
    constexpr std::uint64_t batch = 10'000;
    for (std::uint64_t from = 0; from < bench::consented_numbers; from += batch)
      record(from, batch);
  }

  ~million() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void record(std::uint64_t from, std::uint64_t count) {
    std::vector<store::event> events(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      store::event& e = events[i];
      e.who = {bench::first_number + from + i};
      e.actor = "bench";
      e.scope = {store::scope_kind::sender, "bench"};
      e.occurred_at = store::now() - std::chrono::hours(24);
      e.method = store::consent_method::web_form;
      e.source = e.collector = e.evidence = "bench";
    }
    const store::outcome result = store_->record_and_wait(std::move(events));
    if (const auto* why = std::get_if<store::failure>(&result)) throw std::runtime_error(why->message);
  }

  std::filesystem::path folder_;
  std::unique_ptr<store::consent_store> store_;
};

// What one read costs at random in as much memory as the index takes, each of which must wait for the one before: the
// reference of all that looks something up.
void random_read(benchmark::State& state) {
  std::vector<std::uint64_t> memory(bench::consented_numbers * 24 / sizeof(std::uint64_t), 1);
  bench::destinations to(bench::first_number, memory.size() - 1, 0);
  std::uint64_t read = 1;
  for (auto _ : state)
    read = memory[to.next().number - bench::first_number + read];
  benchmark::DoNotOptimize(read);
}
BENCHMARK(random_read);

// Verdicts on pseudo-random numbers, one in ten without consent.
void judge(benchmark::State& state) {
  store::consent_store& consents = million::instance().consents();
  const store::question question = million::instance().question();
  bench::destinations to(bench::first_number, bench::consented_numbers, 10);
  for (auto _ : state) {
    const bench::destination d = to.next();
    const store::finding f = consents.judge({d.number}, question);
    if ((f.result == store::standing::allowed) != d.consented) {
      state.SkipWithError("a wrong verdict");
      break;
    }
  }
}
BENCHMARK(judge);

// A full block of the journal, as the writer's thread makes it; the time is that of one decision.
void encode_journal(benchmark::State& state) {
  store::journal_texts texts;
  store::journal_batch lines;
  bench::destinations to(bench::first_number, bench::consented_numbers, 10);
  for (std::size_t i = 0; i < store::most_in_block; ++i) {
    const bench::destination d = to.next();
    store::journal_line l;
    l.at = store::now();
    l.who = {d.number};
    l.sender = texts.intern("bench");
    l.system_id = texts.intern("bench1");
    l.verdict = texts.intern(d.consented ? "forwarded" : "refused");
    l.reason = texts.intern(d.consented ? "none" : "no_consent");
    l.event = d.consented ? i : 0;
    l.answered = d.consented;
    const std::string message_id = std::to_string(d.number) + "-" + std::to_string(i);
    if (d.consented) l.message_id = message_id;
    lines.add(l);
  }
  std::size_t octets = 0;
  while (state.KeepRunningBatch(store::most_in_block)) {
    const store::encoded_block b = store::encode_block(lines, 0, lines.size(), 1, texts, {});
    octets = b.block.size() + b.filter.size();
    benchmark::DoNotOptimize(b.block.data());
  }
  state.counters["octets"] = static_cast<double>(octets) / static_cast<double>(store::most_in_block);
}
BENCHMARK(encode_journal);

}  // namespace
