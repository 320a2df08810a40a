// What the gate remembers beside the ledger for some weeks, and what stands between it and the writer's thread that
// puts it on disk: no proof of anything, but a restart must not forget it. Written twice a second at most, not synced.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

#include "store/address_users.h"
#include "store/correspondence.h"
#include "store/ledger.h"
#include "store/scheduled.h"
#include "store/sent_messages.h"

namespace store {

class memory_keeper {
 public:
  using clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds write_interval{500};

  explicit memory_keeper(const hmac_sha256& key) : correspondence(key) {}

  class correspondence correspondence;
  scheduled_messages scheduled{[this] { changed(); }};
  sent_messages sent{[this] { changed(); }};
  class address_users address_users{[this] { changed(); }};

  // wake(): the writer has to look at due() again. Before it is shared.
  void set_wake(std::function<void()> wake) { wake_ = std::move(wake); }

  // --- any thread ---
  void changed();
  clock::time_point due() const { return clock::time_point(clock::duration(due_.load())); }

  // --- the writer's thread ---
  // `kept` tells under which number the store keeps a person.
  std::optional<failure> load(const ledger& l, const std::function<number(number)>& kept);
  void forget(number who, number hash);  // an erasure has put the hash in the number's place
  std::optional<failure> write(ledger& l);

 private:
  static constexpr clock::rep never = clock::time_point::max().time_since_epoch().count();

  std::function<void()> wake_;
  std::atomic<clock::rep> due_{never};
};

}  // namespace store
