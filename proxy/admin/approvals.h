// Corrections that wait for a second person (`corrections: two_person`). In memory: what a restart forgets is proposed
// again.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "proxy/admin/acts.h"

namespace proxy {

class approvals {
 public:
  struct proposal {
    std::string actor;
    std::string reason;
    store::instant until{};
  };
  static constexpr std::chrono::hours open_for{24};

  // Until when it waits; 409 when somebody else has proposed it, who must be approved instead.
  act<proposal> propose(std::uint64_t event, const std::string& actor, const std::string& reason, store::instant now);
  // Takes the proposal: 404 when there is none, 403 when it is the actor's own.
  act<proposal> approve(std::uint64_t event, const std::string& actor, store::instant now);

 private:
  void forget_old(store::instant now);

  std::mutex mutex_;
  std::map<std::uint64_t, proposal> waiting_;
};

}  // namespace proxy
