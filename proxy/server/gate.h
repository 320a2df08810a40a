// What all connections share.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "proxy/capture/capture.h"
#include "proxy/conversation/spokesman.h"
#include "proxy/observe/metrics.h"
#include "proxy/observe/refusal_log.h"
#include "proxy/outbox/outbox.h"
#include "proxy/policy/policy.h"
#include "proxy/server/frequency_files.h"
#include "proxy/server/password_checker.h"
#include "proxy/server/upstream_health.h"
#include "proxy/session/cancellations.h"
#include "proxy/session/receivers.h"
#include "proxy/session/replies.h"
#include "store/consent_store.h"
#include "store/current.h"

namespace proxy {

struct gate {
  proxy::metrics metrics;
  proxy::refusal_log refusal_log;
  proxy::outbox outbox{metrics};
  proxy::spokesman spokesman{outbox};
  proxy::cancellations cancellations{outbox};
  std::unique_ptr<store::consent_store> store;  // after what its last completions still use
  std::optional<frequency_files> frequency;
  store::current<const proxy::policy> policy;
  proxy::replies replies{metrics, spokesman};
  proxy::receivers receivers;
  proxy::captures captures;
  upstream_health upstreams{metrics};
  password_checker passwords;
  std::atomic<std::size_t> connections{0};
  std::size_t most_connections = 0;  // for which there are file descriptors; set before the first one
  std::atomic<bool> draining{false};
};

}  // namespace proxy
