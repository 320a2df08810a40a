// Octets on disk that nobody reads without the key, and that cannot be changed or moved unnoticed: AES-256-GCM.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/sha256.h"

namespace store {

// Any thread.
class sealing_key {
 public:
  static constexpr std::size_t overhead = 28;  // octets that sealing adds

  explicit sealing_key(const digest256& key) : key_(key) {}

  // A random nonce (12 octets), the tag (16) and as many octets as `plain` has. `place` must be the same to open it.
  std::string seal(std::string_view plain, std::string_view place) const;
  // Nothing when it is not what seal() made, for this place and with this key.
  std::optional<std::string> open(std::string_view sealed, std::string_view place) const;

 private:
  digest256 key_;
};

}  // namespace store
