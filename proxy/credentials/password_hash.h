// Passwords of senders as the configuration has them: scrypt (RFC 7914), written $scrypt$ln=15,r=8,p=1$SALT$HASH with
// both in base64 without padding, as others write it, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace proxy {

struct password_hash {
  unsigned log2_n = 15;  // 32 MiB and some 70 ms for each look
  unsigned r = 8;
  unsigned p = 1;
  std::vector<std::uint8_t> salt;
  std::vector<std::uint8_t> key;
  bool operator==(const password_hash&) const = default;
};

std::string to_string(const password_hash& h);
// Or what is wrong with it. What would take more than 256 MiB, or some seconds, is refused.
std::variant<password_hash, std::string> read_password_hash(std::string_view text);

// With a salt of its own.
password_hash hash_password(std::string_view password);
// Takes the time of one scrypt, whatever the password.
bool matches(const password_hash& h, std::string_view password);

// A hash that no password is known to match and that takes as long to compare with.
password_hash stand_in_for(const password_hash& h);

}  // namespace proxy
