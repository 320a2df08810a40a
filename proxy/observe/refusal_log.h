// What the log says of refusals: one line per sender, verdict and reason a minute, with the count and one masked
// example.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "proxy/reason.h"

namespace proxy {

class refusal_log {
 public:
  class tally {
   public:
    // Any thread. `destination` is masked before it is kept, and only the first of the minute is.
    void add(verdict v, reason r, std::string_view destination);

   private:
    friend class refusal_log;
    struct cell {
      std::atomic<std::uint64_t> count{0};
      std::string example;
    };
    cell& at(verdict v, reason r) {
      return cells_[static_cast<std::size_t>(v) * reason_count + static_cast<std::size_t>(r)];
    }
    std::array<cell, verdict_count * reason_count> cells_;
    std::mutex example_mutex_;
  };

  std::shared_ptr<tally> tally_of(const std::string& sender);

  // Writes a line for what has been counted since the last call, and starts again.
  void write();

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<tally>> tallies_;
};

// All but the first digits and the last two are replaced: "33612****78". Text that is no number is masked the same way.
std::string masked(std::string_view address);

}  // namespace proxy
