// The replies of people that smsc_sink delivers: each a STOP of another number, at fixed times, in turn over its
// sessions.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/connection.h"
#include "bench/histogram.h"

namespace bench {

struct delivery_options {
  std::uint64_t count = 0;
  std::uint64_t first = 33'600'000'000;  // the numbers first to first + count - 1, not in order
  double rate = 25'000;                  // a second
  std::uint32_t window = 1000;           // deliver_sm in flight on each session
};

// What is unanswered on one session.
class delivered_to {
 public:
  explicit delivered_to(std::uint32_t window);
  bool has_room() const { return in_flight_ < window_ && slots_[next_ & mask_].since == 0; }
  std::uint32_t add(std::uint64_t since);             // its sequence_number
  std::uint64_t take(std::uint32_t sequence_number);  // when it was due; 0: it is not in flight
  std::uint32_t in_flight() const { return in_flight_; }

 private:
  struct slot {
    std::uint64_t since = 0;
    std::uint32_t sequence_number = 0;
  };
  std::uint32_t window_, mask_, next_ = 1, in_flight_ = 0;
  std::vector<slot> slots_;  // by the low bits of sequence_number; four times the window
};

class deliveries {
 public:
  explicit deliveries(const delivery_options& o);

  void begin(std::uint64_t now);
  // All have been answered, or will never be.
  bool done() const { return begun_ != 0 && accepted_ + refused_ + lost_ == options_.count; }
  // When the next one is due; UINT64_MAX: none is.
  std::uint64_t next_due() const;
  // Appends to the wire the one that is due by now, counted from when it was due. False when none is.
  bool deliver(connection& wire, delivered_to& session, std::uint64_t now);
  // Answers that belong to nothing in flight are an error of the proxy's: false.
  bool answered(delivered_to& session, const smpp::header& h, std::uint64_t now);
  void lose(const delivered_to& session) { lost_ += session.in_flight(); }  // it is gone

  void print() const;  // one JSON object

 private:
  std::uint64_t due(std::uint64_t nth) const;

  delivery_options options_;
  std::uint64_t begun_ = 0, last_answer_ = 0;
  std::uint64_t sent_ = 0, accepted_ = 0, refused_ = 0, lost_ = 0;
  histogram latency_;
};

}  // namespace bench
