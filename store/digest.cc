#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "store/bytes.h"
#include "store/entry.h"

namespace store {
namespace {

// Looking an algorithm up costs more than a short digest: once for each thread.
class sha256 {
 public:
  sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {}

  std::array<std::uint8_t, 16> truncated(std::string_view octets) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> whole{};
    unsigned size = 0;
    EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr);
    EVP_DigestUpdate(context_.get(), octets.data(), octets.size());
    EVP_DigestFinal_ex(context_.get(), whole.data(), &size);
    std::array<std::uint8_t, 16> first{};
    std::copy_n(whole.begin(), first.size(), first.begin());
    return first;
  }

 private:
  struct release {
    void operator()(EVP_MD* p) const { EVP_MD_free(p); }
    void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  };
  std::unique_ptr<EVP_MD, release> algorithm_;
  std::unique_ptr<EVP_MD_CTX, release> context_;
};

}  // namespace

std::array<std::uint8_t, 16> digest(const entry& e) {
  thread_local sha256 algorithm;
  byte_writer fields;
  for (const auto& [name, member] : entry_fields())
    fields.text(e.*member);
  return algorithm.truncated(fields.take());
}

}  // namespace store
