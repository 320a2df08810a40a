// The command of bench/sink.h.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench/sink.h"

int main(int argc, char** argv) {
  bench::sink_options o;
  CLI::App app("An SMSC that accepts everything and counts what had no consent", "smsc_sink");
  app.add_option("--host", o.host, "IPv4 address")->capture_default_str();
  app.add_option("--port", o.port, "TCP port (0: any free one; the first line printed says which)")
      ->capture_default_str();
  app.add_option("--seconds", o.seconds, "exit after so long")->capture_default_str();
  app.add_option("--sessions", o.sessions, "exit when so many have come and gone (0: SIGTERM or --seconds ends it)");
  app.add_option("--first", o.first, "first number that has consent")->capture_default_str();
  app.add_option("--numbers", o.numbers, "how many have it")->capture_default_str();
  auto* certificate = app.add_option("--certificate", o.certificate, "PEM file: serve TLS with it");
  app.add_option("--private-key", o.private_key, "its key")->needs(certificate);
  app.add_option("--deliver", o.deliver.count, "after SIGUSR1, deliver so many STOPs, each of another number");
  app.add_option("--deliver-first", o.deliver.first, "the first of these numbers")->capture_default_str();
  app.add_option("--deliver-rate", o.deliver.rate, "how many a second")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--deliver-window", o.deliver.window, "deliver_sm in flight on each session")
      ->check(CLI::Range(1U, 1'000'000U))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    bench::sink s(o);
    std::printf("{\"port\": %u}\n", s.port());
    std::fflush(stdout);
    bench::print(s.run());
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "smsc_sink: %s\n", e.what());
    return 1;
  }
}
