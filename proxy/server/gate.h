// What all connections share.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "proxy/observe/metrics.h"
#include "proxy/observe/refusal_log.h"
#include "proxy/policy/policy.h"
#include "proxy/session/replies.h"
#include "store/consent_store.h"

namespace proxy {

// Not a std::atomic<std::shared_ptr>: that of libstdc++ 12 lets a reload race with who reads it.
class policy_in_force {
 public:
  std::shared_ptr<const proxy::policy> load() const {
    const std::lock_guard lock(mutex_);
    return policy_;
  }
  void store(std::shared_ptr<const proxy::policy> p) {
    const std::lock_guard lock(mutex_);
    policy_.swap(p);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const proxy::policy> policy_;
};

struct gate {
  proxy::metrics metrics;
  proxy::refusal_log refusal_log;
  std::unique_ptr<store::consent_store> store;  // after what its last completions still use
  policy_in_force policy;
  proxy::replies replies{metrics};
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> draining{false};
};

}  // namespace proxy
