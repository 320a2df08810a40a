// What the resources of the API stand on.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "proxy/admin/http.h"
#include "proxy/capture/capture.h"
#include "proxy/observe/metrics.h"
#include "proxy/policy/policy.h"
#include "store/consent_store.h"

namespace proxy {

struct services {
  std::atomic<store::consent_store*> store{nullptr};  // null until it is loaded
  proxy::metrics* metrics = nullptr;
  proxy::captures* captures = nullptr;
  std::function<std::shared_ptr<const policy>()> current_policy;
  std::function<std::string()> not_ready;
  std::function<void(std::function<void()> done)> flush_journal;
};

// What a request about consent needs, held for as long as it takes.
struct loaded {
  store::consent_store* store = nullptr;
  std::shared_ptr<const proxy::policy> policy;
};
// Nothing while the store is being loaded.
std::optional<loaded> load(const services& s);
answer not_loaded(const services& s);

// The first parameter of the query that the resource does not know, as a problem: a filter that is misspelt must not
// export everything.
std::optional<answer> unknown_parameter(const request& r, std::initializer_list<std::string_view> known);

}  // namespace proxy
