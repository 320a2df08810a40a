// What SMSCs still hold for those who have opted out meanwhile is cancelled, through the binds of the sender whose it
// is. An opt-out counts from wherever it comes; what it covers is what would be refused now.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/moment.h"
#include "proxy/outbox/outbox.h"
#include "proxy/policy/policy.h"
#include "proxy/session/scheduled_message.h"

namespace proxy {

class cancellations {
 public:
  explicit cancellations(outbox& o) : outbox_(&o) {}

  // About once a second, always on the same thread.
  void look(store::consent_store& store, const policy& p, moment now);
  // Takes in the answers so far: at the end, so that what is done is not done again.
  void settle(store::consent_store& store, moment now);

 private:
  struct asking {
    store::scheduled what;
    unsigned attempts = 0;
    std::chrono::steady_clock::time_point next;  // when to ask again; while it is asked: never
  };
  struct answered {
    std::uint64_t id = 0;
    gate_answer answer;
  };
  struct result {
    std::string message_id;  // of the first
    std::uint64_t messages = 0;
  };

  void consider(store::consent_store& store, const policy& p, const store::scheduled& s, moment now);
  void ask(std::uint64_t id, const scheduled_message& m, std::chrono::steady_clock::time_point until);

  outbox* outbox_;
  bool on_ = false;
  std::unordered_map<std::uint64_t, asking> asked_;
  std::mutex mutex_;
  std::vector<answered> answers_;
};

}  // namespace proxy
