#include "store/purger.h"

#include <algorithm>

namespace store {

using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

constexpr std::chrono::hours patience{12};  // half of what is promised
constexpr std::chrono::minutes after_failure{10};
constexpr std::chrono::minutes after_start{1};
constexpr std::chrono::seconds between_looks{5};  // at the wall clock

}  // namespace

purger::moment purger::moment::in(std::chrono::seconds s) {
  return {steady_clock::now() + s, system_clock::now() + s};
}

bool purger::moment::has_come() const {
  return steady_clock::now() >= steady || system_clock::now() >= wall;
}

purger::purger(std::function<std::optional<failure>()> purge, bool remains) : purge_(std::move(purge)) {
  if (remains) due_ = moment::in(after_start);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

purger::~purger() {
  thread_.request_stop();
}

void purger::owe() {
  {
    const std::lock_guard lock(mutex_);
    if (due_) return;
    due_ = moment::in(patience);
  }
  changed_.notify_one();
}

void purger::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return due_.has_value(); }) && !stop.stop_requested()) {
    if (!due_->has_come()) {
      changed_.wait_for(lock, stop, between_looks, [] { return false; });
      continue;
    }
    due_.reset();
    lock.unlock();
    const bool failed = purge_().has_value();
    lock.lock();
    if (failed && !due_) due_ = moment::in(after_failure);
  }
}

}  // namespace store
