// What the rules about messages cost a sender that has them.
#include <benchmark/benchmark.h>

#include "bench/micro.h"
#include "proxy/config/calendars.h"
#include "proxy/rules/message_memory.h"
#include "proxy/rules/ways_out.h"

namespace {

void quiet_hours(benchmark::State& state, const char* name, std::uint64_t number) {
  const auto calendar = proxy::shipped_calendar_named(name);
  std::chrono::sys_seconds at{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  for (auto _ : state) {
    at += std::chrono::seconds{61};
    benchmark::DoNotOptimize(calendar->permits(store::number{number}, at));
  }
}
BENCHMARK_CAPTURE(quiet_hours, paris, "france", 33612345678);
BENCHMARK_CAPTURE(quiet_hours, new_york, "united_states", 12125550123);
BENCHMARK_CAPTURE(quiet_hours, a_number_of_no_zone, "united_states", 18005550123);

void opt_out_mention(benchmark::State& state, const char* text) {
  const proxy::ways_out& known = proxy::ways_out::shipped();
  for (auto _ : state)
    benchmark::DoNotOptimize(known.in(text));
}
BENCHMARK_CAPTURE(
    opt_out_mention, at_the_end,
    "Grandes soldes ce samedi chez Dupont: moins 50 pour cent sur toute la collection d'hiver, de 9h a 19h, 12 rue "
    "de la Paix a Lyon. Venez nombreux! STOP au 36111");
BENCHMARK_CAPTURE(
    opt_out_mention, none,
    "Grandes soldes ce samedi chez Dupont: moins 50 pour cent sur toute la collection d'hiver, de 9h a 19h, 12 rue "
    "de la Paix a Lyon. Venez nombreux! A bientot.");
BENCHMARK_CAPTURE(opt_out_mention, chinese,
                  "【某某商城】新品上市，全场五折，仅限本周六，会员另有好礼相送，详情请到店咨询，退订回T");

// Each message to one of a million numbers.
void frequency_cap(benchmark::State& state) {
  proxy::message_memory memory;
  const auto counted = memory.frequency_of("shop");
  const proxy::frequency_cap cap{4, std::chrono::days{7}};
  bench::destinations to(bench::first_number, bench::consented_numbers, 10);
  store::instant now = store::now();
  for (auto _ : state) {
    now += std::chrono::milliseconds{1};
    const proxy::recipient who = memory.recipient_of({to.next().number});
    benchmark::DoNotOptimize(counted->admit(who, {}, cap, now, false));
  }
}
BENCHMARK(frequency_cap);

}  // namespace
