// SHA-256 and HMAC-SHA-256 over octets given piece by piece.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace store {

using digest256 = std::array<std::uint8_t, 32>;

class sha256 {
 public:
  sha256();
  ~sha256();
  sha256& add(std::string_view octets);
  sha256& add(std::span<const std::uint8_t> octets);
  sha256& add(std::uint64_t value);  // big-endian, 8 octets
  digest256 finish();                // then it begins anew

 private:
  struct context;
  std::unique_ptr<context> context_;
};

// One key, many messages. Any thread.
class hmac_sha256 {
 public:
  explicit hmac_sha256(std::span<const std::uint8_t> key);
  digest256 of(std::string_view message) const;

 private:
  std::array<std::uint8_t, 64> inner_pad_{};
  std::array<std::uint8_t, 64> outer_pad_{};
};

}  // namespace store
