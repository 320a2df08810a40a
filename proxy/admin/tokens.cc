#include "proxy/admin/tokens.h"

#include <openssl/crypto.h>

#include <optional>
#include <stdexcept>

#include "proxy/admin/token_file.h"

namespace proxy {
namespace {

// What follows the scheme "Bearer", or nothing when the scheme is another.
std::optional<std::string_view> token_in(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) return std::nullopt;
  }
  authorization.remove_prefix(scheme.size());
  while (authorization.starts_with(' '))
    authorization.remove_prefix(1);
  return authorization;
}

store::digest256 digest_of(std::string_view token) {
  return store::sha256().add(token).finish();
}

}  // namespace

tokens::tokens(const std::filesystem::path& token_file, const std::vector<token_config>& others) {
  add({"admin", role::officer}, token_file);
  for (const token_config& t : others)
    add({t.name, t.may}, t.file);
}

void tokens::add(token_holder h, const std::filesystem::path& file) {
  const store::digest256 digest = digest_of(read_or_make_token(file));
  for (const entry& e : entries_) {
    if (e.digest != digest) continue;
    throw std::runtime_error("the token files " + e.file.string() + " and " + file.string() +
                             " hold the same token, and whose use it is could not be told: remove one of them, and it "
                             "is made anew at the next start");
  }
  entries_.push_back({std::move(h), digest, file});
}

const token_holder* tokens::holder(std::string_view authorization) const {
  const auto given = token_in(authorization);
  if (!given) return nullptr;
  const store::digest256 digest = digest_of(*given);
  const token_holder* found = nullptr;
  for (const entry& e : entries_) {
    if (CRYPTO_memcmp(digest.data(), e.digest.data(), digest.size()) == 0) found = &e.who;
  }
  return found;
}

}  // namespace proxy
