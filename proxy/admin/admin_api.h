// The admin HTTP API: one thread, Boost.Beast, in front of the store. Paths and formats: proxy/admin/openapi.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "proxy/capture/capture.h"
#include "proxy/config/config.h"
#include "proxy/observe/metrics.h"
#include "proxy/policy/policy.h"
#include "store/consent_store.h"

namespace proxy {

class admin_api {
 public:
  struct context {
    endpoint address;                        // port 0: any free one, see port()
    std::filesystem::path token_file;        // made with mode 0600 and a random token when it does not exist
    std::vector<token_config> tokens{};      // of the others than the officer admin; their files are made likewise
    std::filesystem::path spool;             // a folder for uploads and row reports; emptied at start
    std::filesystem::path signing_key_file;  // signs the ledger's head; made when it does not exist
    store::consent_store* store = nullptr;
    proxy::metrics* metrics = nullptr;
    proxy::captures* captures = nullptr;
    // The snapshot in force; any thread. Null while there is none: /v1 answers 503.
    std::function<std::shared_ptr<const policy>()> current_policy;
    // May be called before the store is loaded: healthz answers, readyz says why not, /v1 answers 503.
    std::function<std::string()> not_ready;  // empty when ready, else why not
    // Sees to it that what has been decided until now is in the store's journal, then calls done() on any thread.
    std::function<void(std::function<void()> done)> flush_journal;
  };

  // Binds and starts; throws std::runtime_error with what to do when the address is in use or the token file
  // unreadable.
  explicit admin_api(context c);
  // Stops accepting, lets the answers under way finish (two seconds at most), ends the import that runs between two of
  // its rows, joins. The store must still be there.
  ~admin_api();
  admin_api(const admin_api&) = delete;
  admin_api& operator=(const admin_api&) = delete;

  void set_store(store::consent_store* s);  // once loaded
  std::uint16_t port() const;               // that it listens on

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace proxy
