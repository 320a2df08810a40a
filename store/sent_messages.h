// The message_ids of what the gate itself has sent, by the number it went to, for as long as receipts may come for
// them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/instant.h"
#include "store/number.h"

namespace store {

struct sent_message {
  number to;  // as the store keeps it
  instant at{};
  std::string message_id;
};

std::string encode(const sent_message& s);
std::optional<sent_message> decode_sent_message(std::string_view octets);

// Any thread. Beyond the bound the oldest are forgotten.
class sent_messages {
 public:
  static constexpr std::size_t usual_most = 100000;

  // changed(): take_changed() has something to give.
  explicit sent_messages(std::function<void()> changed, std::size_t most = usual_most);

  void add(sent_message s);
  bool empty() const { return size_ == 0; }
  std::vector<std::string> ids_to(number who) const;
  void forget(instant before);
  void renumber(number from, number to);

  // --- for the disk: one thread ---
  struct change {
    std::uint64_t id = 0;
    std::optional<sent_message> now;  // nothing: it is forgotten
  };
  std::vector<change> take_changed();
  void not_written(const std::vector<change>& taken);  // take_changed() gives them again, as they are then
  void load(std::uint64_t id, sent_message s);

 private:
  void insert(std::uint64_t id, sent_message s);
  void erase(std::map<std::uint64_t, sent_message>::iterator it);

  std::function<void()> changed_;
  std::size_t most_;
  std::atomic<std::size_t> size_{0};
  mutable std::mutex mutex_;                                     // of what follows
  std::map<std::uint64_t, sent_message> all_;                    // in the order in which they were sent
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_number_;  // digits, id
  std::set<std::uint64_t> to_write_;
};

}  // namespace store
