// What the gate knows of its upstreams, shared by all workers: which are down, how many sessions each has. In memory: a
// restart begins with good faith.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/observe/metrics.h"

namespace proxy {

// From any thread.
class upstream_health {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using place = std::shared_ptr<void>;  // counts for one session as long as it lives

  explicit upstream_health(metrics& m) : metrics_(&m) {}

  // As a bind is to try them: those that are down last, for they may be up again and nothing else is left.
  std::vector<upstream> in_turn(std::vector<upstream> all, balancing b) const;
  place take_place(const endpoint& at);

  void reached(const endpoint& at);
  // Down until it is reached again; probed after one second, then two, four, up to thirty.
  void failed(const endpoint& at, time_point now);
  // True once each time when a probe is due.
  bool take_probe(const endpoint& at, time_point now);

 private:
  struct state {
    unsigned failures = 0;  // since it was last reached
    time_point probe_at;
    std::size_t sessions = 0;
  };
  state of(const endpoint& at) const;

  metrics* metrics_;
  mutable std::mutex mutex_;
  std::map<std::string, state> states_;
};

}  // namespace proxy
