// What it costs to understand one reply: short ones and long ones, keywords and chatter, in several scripts.
#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "proxy/classify/classifier.h"

namespace {

constexpr auto replies = std::to_array<std::string_view>({
    "STOP",
    "Stop merci",
    "je ne veux plus recevoir vos messages, merci de supprimer mon numéro",
    "Ok see you tomorrow at the station, I'll bring the tickets and something to drink for the way home x",
    "ARRÊT svp\nEnvoyé de mon iPhone",
    "не присылайте мне больше смс",
    "退订",
    "Please don't stop my deliveries, I only asked when the driver comes",
    "pouvez-vous décaler le rendez-vous de mardi à 15h ? je suis coincé au travail",
    "توقفوا عن إرسال الرسائل",
    "oui",
    "stpo",
});

void classify(benchmark::State& state) {
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(proxy::classify(replies[at]));
    at = at + 1 == replies.size() ? 0 : at + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(classify);

}  // namespace
