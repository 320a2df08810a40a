// What the micro-benchmarks share.
#pragma once

#include "bench/traffic.h"
#include "smpp/pdu.h"

namespace bench {

inline constexpr std::uint64_t first_number = 33'600'000'000;
inline constexpr std::uint64_t consented_numbers = 1'000'000;

// As many submit_sm as one read brings at window 100, to pseudo-random destinations, one after the other.
inline smpp::buffer one_read() {
  destinations to(first_number, consented_numbers, 10);
  const submit_template submit;
  smpp::buffer read(100 * submit_template::size);
  for (std::uint32_t i = 0; i < 100; ++i) {
    submit.write(read.data() + i * submit_template::size, i + 2, digits_of(to.next().number));
  }
  return read;
}

// Goes through the submit_sm of one_read() in a circle.
class circle {
 public:
  explicit circle(const smpp::buffer& read) : read_(read) {}
  smpp::octets next() {
    const smpp::octets rest(read_.data() + at_, read_.size() - at_);
    at_ += submit_template::size;
    if (at_ == read_.size()) at_ = 0;
    return rest;
  }

 private:
  const smpp::buffer& read_;
  std::size_t at_ = 0;
};

}  // namespace bench
