#include "store/purger.h"

namespace store {

using std::chrono::steady_clock;

namespace {

constexpr std::chrono::hours patience{12};  // half of what is promised
constexpr std::chrono::minutes after_failure{10};
constexpr std::chrono::minutes after_start{1};

}  // namespace

purger::purger(std::function<std::optional<failure>()> purge, bool remains) : purge_(std::move(purge)) {
  if (remains) due_ = steady_clock::now() + after_start;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

purger::~purger() {
  thread_.request_stop();
}

void purger::owe() {
  {
    const std::lock_guard lock(mutex_);
    if (due_) return;
    due_ = steady_clock::now() + patience;
  }
  changed_.notify_one();
}

void purger::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!due_) {
      changed_.wait(lock, stop, [this] { return due_.has_value(); });
      continue;
    }
    if (changed_.wait_until(lock, stop, *due_, [] { return false; }), stop.stop_requested()) return;
    due_.reset();
    lock.unlock();
    const bool failed = purge_().has_value();
    lock.lock();
    if (failed && !due_) due_ = steady_clock::now() + after_failure;
  }
}

}  // namespace store
