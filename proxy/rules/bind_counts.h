// How many binds each sender has, over all workers and reloads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace proxy {

// Thread safe; outlives the places it gives.
class bind_counts {
 public:
  using place = std::shared_ptr<void>;  // counts for one bind as long as it lives

  // Nothing when the sender has `most` already.
  place take(const std::string& sender, std::uint32_t most) {
    const std::lock_guard lock(mutex_);
    std::uint32_t& binds = binds_[sender];
    if (binds >= most) return nullptr;
    ++binds;
    return {&binds, [this](std::uint32_t* counted) {
              const std::lock_guard releasing(mutex_);
              --*counted;
            }};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::uint32_t> binds_;
};

}  // namespace proxy
