// The load: all binds in one thread, either as fast as the windows allow or at an offered rate.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/load_session.h"

namespace bench {

struct load_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 2775;
  bool over_tls = false;
  std::uint32_t binds = 4;
  std::uint32_t idle = 0;      // more binds that submit nothing
  std::uint32_t window = 100;  // requests in flight on each bind
  smpp::command_id bind_kind = smpp::command_id::bind_transceiver;
  std::string system_id = "bench";  // followed by the bind's number, from 1
  double seconds = 3;               // stop submitting after so long; 0: no limit
  std::uint64_t messages = 0;       // or after so many; 0: no limit
  double rate = 0;                  // messages a second offered over all binds; 0: as many as the windows allow
  expectation expected;
};

struct load_result {
  tally counts;
  double seconds = 0;      // from the first submit_sm to the last answer
  double cpu_seconds = 0;  // of this process in that time
};

// Throws std::system_error when the host cannot be reached. SIGTERM ends the submitting: what is in flight is waited
// for.
load_result run_load(const load_options& o, destinations& to);

}  // namespace bench
