#include "proxy/server/upstream_health.h"

#include <algorithm>

namespace proxy {
namespace {

constexpr std::chrono::seconds longest_backoff{30};

std::chrono::seconds backoff(unsigned failures) {
  return std::min(longest_backoff, std::chrono::seconds{1U << std::min(failures - 1, 5U)});
}

}  // namespace

// With the mutex held.
upstream_health::state upstream_health::of(const endpoint& at) const {
  const auto known = states_.find(to_string(at));
  return known == states_.end() ? state{} : known->second;
}

std::vector<upstream> upstream_health::in_turn(std::vector<upstream> all, balancing b) const {
  const std::lock_guard lock(mutex_);
  if (b == balancing::least_sessions)
    std::ranges::stable_sort(all, {}, [&](const upstream& u) { return of(u.address).sessions; });
  std::ranges::stable_partition(all, [&](const upstream& u) { return of(u.address).failures == 0; });
  return all;
}

upstream_health::place upstream_health::take_place(const endpoint& at) {
  const std::lock_guard lock(mutex_);
  ++states_[to_string(at)].sessions;
  return {nullptr, [this, name = to_string(at)](void*) {
            const std::lock_guard releasing(mutex_);
            --states_[name].sessions;
          }};
}

void upstream_health::reached(const endpoint& at) {
  const std::lock_guard lock(mutex_);
  states_[to_string(at)].failures = 0;
  metrics_->set_upstream_up(to_string(at), true);
}

void upstream_health::failed(const endpoint& at, time_point now) {
  const std::lock_guard lock(mutex_);
  state& s = states_[to_string(at)];
  s.probe_at = now + backoff(++s.failures);
  metrics_->set_upstream_up(to_string(at), false);
}

bool upstream_health::take_probe(const endpoint& at, time_point now) {
  const std::lock_guard lock(mutex_);
  const auto known = states_.find(to_string(at));
  if (known == states_.end() || known->second.failures == 0 || now < known->second.probe_at) return false;
  known->second.probe_at = now + longest_backoff;  // its outcome says more
  return true;
}

}  // namespace proxy
