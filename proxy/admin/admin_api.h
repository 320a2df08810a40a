// The admin HTTP API: one thread, Boost.Beast, in front of the store. Paths and formats: proxy/admin/openapi.json.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proxy/config/config.h"
#include "proxy/observe/metrics.h"
#include "store/consent_store.h"

namespace proxy {

class admin_api {
 public:
  struct context {
    endpoint address;
    std::filesystem::path token_file;   // made with mode 0600 and a random token when it does not exist
    std::filesystem::path spool;        // a folder for uploads and row reports; emptied at start
    store::consent_store* store = nullptr;
    proxy::metrics* metrics = nullptr;
    std::function<std::shared_ptr<const config>()> current_config;  // any thread
    // May be called before the store is loaded: healthz answers, readyz says why not, /v1 answers 503.
    std::function<std::string()> not_ready;  // empty when ready, else why not
  };

  // Binds and starts; throws std::runtime_error with what to do when the address is in use or the token file unreadable.
  explicit admin_api(context c);
  ~admin_api();  // stops accepting, ends imports between two batches, joins

  void set_store(store::consent_store* s);  // once loaded

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace proxy
