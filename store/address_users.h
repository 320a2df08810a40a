// Which senders use an address. While one has it alone, who wrote to whom from it is not remembered (correspondence.h):
// when others join, that one may have written to anybody within the last 30 days.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/correspondence.h"

namespace store {

// Any thread.
class address_users {
 public:
  // Channels that may have been used unseen by anybody's memory, and until when that counts.
  struct unseen {
    std::vector<channel_id> channels;
    instant until{};
  };

  // `changed` is called when there is something for the disk.
  explicit address_users(std::function<void()> changed) : changed_(std::move(changed)) {}

  // From now on these use the address.
  unseen use(const std::string& address, std::vector<channel_id> channels, instant now);

  // --- for the disk: one thread ---
  struct line {
    std::string address;
    std::string octets;
  };
  std::vector<line> take_changed();
  void not_written(const std::vector<line>& taken);  // take_changed() gives them again
  // False when it cannot be what take_changed() gave.
  bool load(const std::string& address, std::string_view octets);

 private:
  struct known {
    std::vector<channel_id> channels;  // in order
    unseen earlier;
  };

  std::function<void()> changed_;
  std::mutex mutex_;
  std::map<std::string, known> all_;
  std::set<std::string> to_write_;
};

}  // namespace store
