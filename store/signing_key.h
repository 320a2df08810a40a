// The key with which the gate signs the head of its ledger: Ed25519 (RFC 8032), PEM (PKCS #8), in a file of its own
// (ledger.key, mode 0600), made at the first start.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "store/access.h"
#include "store/failure.h"
#include "store/ledger_head.h"

namespace store {

class signing_key {
 public:
  static std::variant<signing_key, failure> open(const std::filesystem::path& file);

  std::string sign(std::string_view message) const;  // 64 octets
  std::string public_key() const;                    // PEM, SubjectPublicKeyInfo

 private:
  using key = std::shared_ptr<void>;  // OpenSSL's types do not leave store/
  explicit signing_key(key k) : key_(std::move(k)) {}
  key key_;
};

// What is signed: "consentgate ledger head\nSEQUENCE\nHASH\nTIME\nUSES\nHASH\n", hashes as hexadecimal digits: where
// the ledger ends, the time of signing, and where the record of access ends.
std::string statement_of(const ledger_head& head, const access_head& access, instant at);
// The two heads of a statement that was deposited; nothing when it is none. The first versions named no uses.
struct deposited_heads {
  ledger_head ledger;
  access_head access;
};
std::optional<deposited_heads> read_statement(std::string_view text);

}  // namespace store
