// Observations of one thread, gathered without a lock and given to the shared histogram a batch at a time.
#pragma once

#include <prometheus/histogram.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace proxy {

class batched_histogram {
 public:
  // `boundaries` are those `shared` was made with, ascending, in seconds.
  batched_histogram(prometheus::Histogram& shared, const prometheus::Histogram::BucketBoundaries& boundaries)
      : shared_(&shared), boundaries_(&boundaries), buckets_(boundaries.size() + 1) {}

  void observe(std::chrono::steady_clock::duration d, std::size_t times = 1) {
    if (times == 0) return;
    // What was sent together and answered together took equally long.
    if (empty_ || d != last_) {
      last_ = d;
      last_seconds_ = std::chrono::duration<double>(d).count();
      const auto found = std::lower_bound(boundaries_->begin(), boundaries_->end(), last_seconds_);
      last_bucket_ = static_cast<std::size_t>(found - boundaries_->begin());
    }
    buckets_[last_bucket_] += static_cast<double>(times);
    sum_ += last_seconds_ * static_cast<double>(times);
    empty_ = false;
  }

  void flush() {
    if (empty_) return;
    shared_->ObserveMultiple(buckets_, sum_);
    std::fill(buckets_.begin(), buckets_.end(), 0.0);
    sum_ = 0;
    empty_ = true;
  }

 private:
  prometheus::Histogram* shared_;
  const prometheus::Histogram::BucketBoundaries* boundaries_;
  std::vector<double> buckets_;
  double sum_ = 0;
  bool empty_ = true;
  std::chrono::steady_clock::duration last_{};
  double last_seconds_ = 0;
  std::size_t last_bucket_ = 0;
};

}  // namespace proxy
