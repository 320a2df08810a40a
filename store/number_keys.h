// The keys with which numbers become hashes: what an erased person's number is replaced by, in a file of its own beside
// the store (numbers.key, mode 0600). One key a line, 64 hexadecimal digits, the oldest first; a new one is added at
// the end and the older ones stay, since what they hashed cannot be hashed again. Lines that begin with # are comments.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "store/event.h"
#include "store/failure.h"
#include "store/sha256.h"

namespace store {

enum class when_missing { create, fail };  // what is to be opened

class number_keys {
 public:
  static std::variant<number_keys, failure> open(const std::filesystem::path& file, when_missing m);

  // Adds a key, with which numbers are hashed from now on. On disk when it returns nothing.
  std::optional<failure> rotate(const std::filesystem::path& file);

  std::size_t count() const { return keys_.size(); }
  // What stands for the number under the key of this place, 0 being the newest.
  number hashed(number n, std::size_t place) const;
  // What the record of access has in the number's place, and what is held about it: always the same, however many keys
  // are added.
  number access_hash(number n) const;
  // An imported row's digest, made useless to whoever lacks the key: rows can be guessed.
  std::array<std::uint8_t, 16> keyed(const std::array<std::uint8_t, 16>& identity) const;
  // Binds what an erasure wrote into a record, which the chain cannot cover.
  std::array<std::uint8_t, 16> seal(std::uint64_t sequence, number hash, std::uint64_t erased_by) const;
  bool is_seal(std::span<const std::uint8_t> seal, std::uint64_t sequence, number hash, std::uint64_t erased_by) const;
  // For what is remembered for some weeks (correspondence.h): always the same, too.
  const hmac_sha256& oldest() const { return keys_.front(); }
  // What the store remembers of the keys, to notice a file that is not its own: one a key, oldest first.
  std::vector<std::string> fingerprints() const;

 private:
  explicit number_keys(std::vector<hmac_sha256> keys) : keys_(std::move(keys)) {}

  std::vector<hmac_sha256> keys_;  // oldest first
};

}  // namespace store
