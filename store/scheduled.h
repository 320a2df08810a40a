// Messages that an SMSC holds until later: what is needed to take one back when its recipient opts out meanwhile. What
// is in it is the owner's business; the store keeps it until its time, finds it by number, and forgets what would tell
// the number once that is a hash.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/instant.h"
#include "store/number.h"

namespace store {

struct scheduled {
  std::uint64_t id = 0;  // given by scheduled_messages
  number who;            // as the store keeps it
  instant due{};
  std::string about;         // nothing personal
  std::string personal;      // empty when `who` is a hash
  std::uint64_t handle = 0;  // by which its owner finds it; 0: not at all
};

std::string encode(const scheduled& s);  // without its id
std::optional<scheduled> decode_scheduled(std::string_view octets);

// Any thread.
class scheduled_messages {
 public:
  static constexpr std::size_t usual_most = 1000000;

  // changed(): take_changed() has something to give.
  explicit scheduled_messages(std::function<void()> changed, std::size_t most = usual_most);

  // False when there are too many.
  bool add(scheduled s);
  void remove(std::uint64_t id);
  // Those that are due before this are removed.
  void expire(instant before);
  // All of them, or those of a number, are to be looked at.
  void look_at_all();
  void look_at(number who);
  // Those that are, or that were added since; each once.
  std::vector<scheduled> take_to_look_at(std::size_t most);
  // The last one with this handle.
  std::optional<scheduled> find(std::uint64_t handle) const;
  void move(std::uint64_t id, instant due);
  void renumber(number from, number to);
  std::size_t size() const { return size_; }

  // --- for the disk: one thread ---
  struct change {
    std::uint64_t id = 0;
    std::optional<scheduled> now;  // nothing: it is removed
  };
  std::vector<change> take_changed();
  void not_written(const std::vector<change>& taken);  // take_changed() gives them again, as they are then
  void load(scheduled s);                              // as if it had been added

 private:
  void insert(scheduled s);
  void erase(std::uint64_t id);

  std::function<void()> changed_;
  std::size_t most_;
  std::atomic<std::size_t> size_{0};
  mutable std::mutex mutex_;  // of what follows
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, scheduled> by_id_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_number_;  // digits, id
  std::set<std::pair<instant, std::uint64_t>> by_time_;
  std::unordered_map<std::uint64_t, std::uint64_t> by_handle_;
  std::set<std::uint64_t> to_look_at_;
  std::set<std::uint64_t> to_write_;
};

}  // namespace store
