#include "bench/deliveries.h"

#include <bit>
#include <cstdio>
#include <cstring>
#include <utility>

#include "bench/traffic.h"

namespace bench {
namespace {

// deliver_sm (4.6.1): service_type, source_addr_ton and _npi; source_addr; dest_addr_ton and _npi, destination_addr;
// esm_class to sm_default_msg_id, all 0; sm_length and short_message.
constexpr std::string_view before_number("\0\x01\x01", 3);
constexpr std::string_view after_number(
    "\0\0\x01"
    "36111\0"
    "\0\0\0\0\0\0\0\0\0"
    "\x04STOP",
    23);
constexpr std::size_t deliver_length = smpp::header_length + before_number.size() + number_length + after_number.size();

constexpr std::uint64_t stride = 7'368'787;  // a prime: every number's turn comes once unless the count is a multiple

}  // namespace

delivered_to::delivered_to(std::uint32_t window)
    : window_(window), mask_(std::bit_ceil(window * 4) - 1), slots_(mask_ + 1) {}

std::uint32_t delivered_to::add(std::uint64_t since) {
  slots_[next_ & mask_] = {since, next_};
  ++in_flight_;
  const std::uint32_t sequence_number = next_;
  next_ = next_ == 0x7FFFFFFF ? 1 : next_ + 1;
  return sequence_number;
}

std::uint64_t delivered_to::take(std::uint32_t sequence_number) {
  slot& s = slots_[sequence_number & mask_];
  if (s.since == 0 || s.sequence_number != sequence_number) return 0;
  --in_flight_;
  return std::exchange(s.since, 0);
}

deliveries::deliveries(const delivery_options& o) : options_(o) {}

void deliveries::begin(std::uint64_t now) {
  if (begun_ == 0) begun_ = last_answer_ = now;
}

std::uint64_t deliveries::due(std::uint64_t nth) const {
  return begun_ + static_cast<std::uint64_t>(static_cast<double>(nth) * 1e9 / options_.rate);
}

std::uint64_t deliveries::next_due() const {
  return begun_ == 0 || sent_ == options_.count ? UINT64_MAX : due(sent_);
}

bool deliveries::deliver(connection& wire, delivered_to& session, std::uint64_t now) {
  if (next_due() > now) return false;
  const number_text number = digits_of(options_.first + sent_ * stride % options_.count);
  std::uint8_t* to = wire.append(deliver_length);
  smpp::write_u32(to, deliver_length);
  smpp::write_u32(to + 4, static_cast<std::uint32_t>(smpp::command_id::deliver_sm));
  smpp::write_u32(to + 8, 0);
  smpp::write_u32(to + 12, session.add(due(sent_)));
  to += smpp::header_length;
  std::memcpy(to, before_number.data(), before_number.size());
  std::memcpy(to + before_number.size(), number.data(), number.size());
  std::memcpy(to + before_number.size() + number.size(), after_number.data(), after_number.size());
  ++sent_;
  return true;
}

bool deliveries::answered(delivered_to& session, const smpp::header& h, std::uint64_t now) {
  const std::uint64_t since = session.take(h.sequence_number);
  if (since == 0) return false;
  latency_.add(now - since);
  last_answer_ = now;
  ++(h.command_status == smpp::command_status::ESME_ROK ? accepted_ : refused_);
  return true;
}

void deliveries::print() const {
  const auto microseconds = [&](double share) { return static_cast<double>(latency_.percentile(share)) / 1e3; };
  const double seconds = static_cast<double>(last_answer_ - begun_) / 1e9;
  std::printf(
      "{\"deliveries\": %llu, \"accepted\": %llu, \"refused\": %llu, \"lost\": %llu, \"seconds\": %.6f, "
      "\"deliveries_per_second\": %.1f, \"latency_us\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}}\n",
      static_cast<unsigned long long>(sent_), static_cast<unsigned long long>(accepted_),
      static_cast<unsigned long long>(refused_), static_cast<unsigned long long>(lost_), seconds,
      seconds > 0 ? static_cast<double>(accepted_) / seconds : 0, microseconds(0.5), microseconds(0.99),
      static_cast<double>(latency_.max()) / 1e3);
  std::fflush(stdout);
}

}  // namespace bench
