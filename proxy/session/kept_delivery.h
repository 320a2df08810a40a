// The delivery of what was kept for a sender, to its session: which message comes next, and what its answer means. In
// order; what the sender refuses stays where it is and comes again later, after the others.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "store/held.h"

namespace proxy {

class kept_delivery {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::size_t window = 10;    // sent and not answered: what ESMEs are known to take (2.7)
  static constexpr std::size_t together = 32;  // asked of the store
  // Between two rounds, the second after refusals.
  static constexpr std::chrono::seconds first_pause{10};
  static constexpr std::chrono::seconds longest_pause{300};

  // A new round from the oldest on, when none is under way and the pause after the last one is over.
  bool may_begin(time_point now) const { return !running_ && now >= not_before_; }
  void begin();
  // For good: nothing more is sent.
  void stop();

  // The position after which the store is to be asked for more; answered by fetched().
  std::optional<std::uint64_t> wants_more();
  void fetched(store::held_batch b, time_point now);
  void fetch_failed(time_point now);  // what is left comes again later

  // What is to be sent now; sent() says under which sequence_number.
  const store::held_item* next() const;
  void sent(std::uint32_t sequence_number);
  // An answer, or that none will come: the position, once, when it was one of these. Accepted, it is to be removed.
  std::optional<std::uint64_t> answered(std::uint32_t sequence_number, bool accepted, time_point now);

  // Something of this round has not been sent.
  bool unsent() const { return running_ && !(at_end_ && waiting_.empty()); }

 private:
  void finish_if_over(time_point now);

  bool running_ = false;
  bool stopped_ = false;
  bool fetching_ = false;
  bool at_end_ = false;
  bool refused_ = false;    // one in this round
  std::uint64_t last_ = 0;  // that was fetched
  std::deque<store::held_item> waiting_;
  std::unordered_map<std::uint32_t, std::uint64_t> in_flight_;  // positions by sequence_number
  std::chrono::seconds pause_ = first_pause;
  time_point not_before_{};
};

}  // namespace proxy
