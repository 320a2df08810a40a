#include "store/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <new>

namespace store {
namespace {

// Looking the algorithm up costs more than a short digest: once for the process.
const EVP_MD* algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

}  // namespace

struct sha256::context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  context() {
    if (md == nullptr) throw std::bad_alloc();
    begin();
  }
  ~context() { EVP_MD_CTX_free(md); }
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  void begin() { EVP_DigestInit_ex2(md, algorithm(), nullptr); }
};

sha256::sha256() : context_(std::make_unique<context>()) {}
sha256::~sha256() = default;

sha256& sha256::add(std::string_view octets) {
  EVP_DigestUpdate(context_->md, octets.data(), octets.size());
  return *this;
}

sha256& sha256::add(std::span<const std::uint8_t> octets) {
  EVP_DigestUpdate(context_->md, octets.data(), octets.size());
  return *this;
}

sha256& sha256::add(std::uint64_t value) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return add(octets);
}

digest256 sha256::finish() {
  digest256 h{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context_->md, h.data(), &size);
  context_->begin();
  return h;
}

// RFC 2104, with a block of 64 octets.
hmac_sha256::hmac_sha256(std::span<const std::uint8_t> key) {
  std::array<std::uint8_t, 64> block{};
  if (key.size() > block.size()) {
    const digest256 shorter = sha256().add(key).finish();
    std::ranges::copy(shorter, block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  for (std::size_t i = 0; i < block.size(); ++i) {
    inner_pad_[i] = block[i] ^ 0x36U;
    outer_pad_[i] = block[i] ^ 0x5cU;
  }
}

digest256 hmac_sha256::of(std::string_view message) const {
  thread_local sha256 digest;
  const digest256 inner = digest.add(inner_pad_).add(message).finish();
  return digest.add(outer_pad_).add(inner).finish();
}

}  // namespace store
