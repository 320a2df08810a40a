// Submits to an SMPP port, checks every answer, and prints what it measured as one JSON object. See bench/README.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>

#include "bench/load.h"

namespace {

void print(const bench::load_options& o, const bench::load_result& r) {
  const auto microseconds = [](std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e3; };
  const auto percentile = [&](double share) { return microseconds(r.counts.latency.percentile(share)); };
  const auto answered = static_cast<double>(r.counts.answered());
  std::printf(
      "{\"messages\": %llu, \"seconds\": %.6f, \"messages_per_second\": %.1f, \"ok\": %llu, \"refused\": %llu, "
      "\"unanswered\": %llu, \"delivered\": %llu, \"errors\": %llu, \"cpu_seconds\": %.3f, \"latency_us\": {\"p50\": "
      "%.1f, "
      "\"p90\": %.1f, \"p99\": %.1f, \"max\": "
      "%.1f}, \"window\": %u, \"binds\": %u, \"rate\": %.1f}\n",
      static_cast<unsigned long long>(r.counts.sent), r.seconds, r.seconds > 0 ? answered / r.seconds : 0,
      static_cast<unsigned long long>(r.counts.ok), static_cast<unsigned long long>(r.counts.refused),
      static_cast<unsigned long long>(r.counts.unanswered), static_cast<unsigned long long>(r.counts.delivered),
      static_cast<unsigned long long>(r.counts.errors), r.cpu_seconds, percentile(0.5), percentile(0.9),
      percentile(0.99), microseconds(r.counts.latency.max()), o.window, o.binds, o.rate);
}

}  // namespace

int main(int argc, char** argv) {
  bench::load_options o;
  std::uint64_t first = 33'600'000'000, numbers = 1'000'000, refuse_every = 10;
  std::uint32_t refusal = 0x45;

  CLI::App app("Submits to an SMPP port as fast as the windows allow and checks every answer", "load_generator");
  app.add_option("--host", o.host, "IPv4 address")->capture_default_str();
  app.add_option("--port", o.port, "TCP port")->capture_default_str();
  app.add_option("--binds", o.binds, "sessions")->check(CLI::Range(1U, 20'000U))->capture_default_str();
  app.add_option("--idle", o.idle, "more binds that submit nothing")->check(CLI::Range(0U, 20'000U));
  app.add_flag("--tls", o.over_tls, "over TLS; the certificate is not checked");
  app.add_option("--window", o.window, "submit_sm in flight on each bind")
      ->check(CLI::Range(1U, 1'000'000U))
      ->capture_default_str();
  app.add_option("--bind", o.bind_kind, "transceiver (default) or transmitter")
      ->transform(CLI::Transformer(std::map<std::string, smpp::command_id>{
          {"transceiver", smpp::command_id::bind_transceiver}, {"transmitter", smpp::command_id::bind_transmitter}}));
  app.add_option("--system-id", o.system_id, "each bind's, followed by its number from 1")->capture_default_str();
  app.add_option("--seconds", o.seconds, "stop submitting after so long (0: no limit)")->capture_default_str();
  app.add_option("--messages", o.messages, "stop submitting after so many (0: no limit)")->capture_default_str();
  app.add_option("--rate", o.rate, "messages a second to offer over all binds; latency counts from the time scheduled")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--first", first, "first number that has consent")->capture_default_str();
  app.add_option("--numbers", numbers, "how many have consent; as many after them have none")->capture_default_str();
  app.add_option("--refuse-every", refuse_every, "one destination in so many has no consent (0: all have)")
      ->capture_default_str();
  app.add_option("--refusal", refusal, "command_status expected for those")->capture_default_str();
  app.add_flag("--expect-all-ok", o.expected.all_ok, "the path cannot refuse: every answer must be ESME_ROK");
  app.add_flag("--peer-may-unbind", o.expected.peer_may_unbind,
               "the peer is stopped meanwhile: its unbind ends a bind, and what is not answered by then is no error");
  app.add_flag("--echo", o.expected.destination_in_message_id,
               "the SMSC is smsc_sink: each message_id must begin with the destination_addr submitted");
  CLI11_PARSE(app, argc, argv);
  if (o.seconds <= 0 && o.messages == 0) {
    std::fprintf(stderr, "load_generator: one of --seconds and --messages must be above 0, or it never ends\n");
    return 2;
  }
  o.expected.refusal = smpp::command_status{refusal};

  try {
    bench::destinations to(first, numbers, refuse_every);
    const bench::load_result r = bench::run_load(o, to);
    print(o, r);
    return r.counts.errors == 0 ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "load_generator: %s\n", e.what());
    return 1;
  }
}
