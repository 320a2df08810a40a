#include "proxy/session/kept_delivery.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace proxy {

void kept_delivery::begin() {
  if (stopped_) return;
  running_ = true;
  at_end_ = refused_ = false;
  last_ = 0;
}

void kept_delivery::stop() {
  stopped_ = true;
  running_ = false;
  waiting_.clear();
}

std::optional<std::uint64_t> kept_delivery::wants_more() {
  if (!running_ || fetching_ || at_end_ || waiting_.size() >= window) return std::nullopt;
  fetching_ = true;
  return last_;
}

void kept_delivery::fetched(store::held_batch b, time_point now) {
  fetching_ = false;
  if (!running_) return;
  at_end_ = b.items.empty();
  if (!at_end_) last_ = b.items.back().position;
  std::ranges::move(b.items, std::back_inserter(waiting_));
  finish_if_over(now);
}

void kept_delivery::fetch_failed(time_point now) {
  fetching_ = false;
  at_end_ = refused_ = true;
  finish_if_over(now);
}

const store::held_item* kept_delivery::next() const {
  return running_ && in_flight_.size() < window && !waiting_.empty() ? &waiting_.front() : nullptr;
}

void kept_delivery::sent(std::uint32_t sequence_number) {
  in_flight_[sequence_number] = waiting_.front().position;
  waiting_.pop_front();
}

std::optional<std::uint64_t> kept_delivery::answered(std::uint32_t sequence_number, bool accepted, time_point now) {
  const auto found = in_flight_.extract(sequence_number);
  if (found.empty()) return std::nullopt;
  refused_ |= !accepted;
  finish_if_over(now);
  return found.mapped();
}

void kept_delivery::finish_if_over(time_point now) {
  if (!running_ || unsent() || !in_flight_.empty()) return;
  running_ = false;
  not_before_ = refused_ ? now + pause_ : now;
  pause_ = refused_ ? std::min(pause_ * 2, longest_pause) : first_pause;
}

}  // namespace proxy
