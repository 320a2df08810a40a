// Who receives for a system_id: a sender's own sessions, or, while there is none, the gate's listener. An SMSC may
// allow one receiver: a sender is let through once the listener has gone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace proxy {

// Any thread. Outlives its claims.
class receivers {
 public:
  // A sender's session that receives, or is about to, as long as it lives.
  class claim {
   public:
    claim(claim&& other) noexcept;
    claim& operator=(claim&&) = delete;
    ~claim();

    bool free() const;  // the listener has gone
    // What is kept for this system_id is delivered by one session: true when it is this one.
    bool delivers_kept();

   private:
    friend class receivers;
    claim(receivers& r, std::string system_id, std::uint64_t number);
    receivers* of_;
    std::string system_id_;
    std::uint64_t number_;
  };

  // While the listener is still there it is told to go; `freed` is called when it has gone, on its thread.
  claim receive(const std::string& system_id, std::function<void()> freed);
  bool claimed(const std::string& system_id) const;

  // --- for the listener of this system_id ---
  // `changed` is called on any thread when it may have to go or may come.
  void attach(const std::string& system_id, std::function<void()> changed);
  void detach(const std::string& system_id);
  bool enter(const std::string& system_id);  // false when a sender receives
  void leave(const std::string& system_id);

 private:
  struct entry {
    std::map<std::uint64_t, std::function<void()>> claims;  // what to call once the listener has gone
    std::optional<std::uint64_t> deliverer;
    bool listening = false;
    std::function<void()> changed;
  };
  void release(const std::string& system_id, std::uint64_t number);
  void forget_unused(const std::string& system_id);

  mutable std::mutex mutex_;
  std::map<std::string, entry> entries_;
  std::uint64_t last_number_ = 0;
};

}  // namespace proxy
