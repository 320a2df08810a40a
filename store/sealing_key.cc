#include "store/sealing_key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

namespace store {
namespace {

constexpr std::size_t nonce_octets = 12;
constexpr std::size_t tag_octets = 16;

struct free_context {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using context = std::unique_ptr<EVP_CIPHER_CTX, free_context>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text, std::size_t at = 0) {
  return reinterpret_cast<unsigned char*>(text.data()) + at;
}
int length(std::string_view text) {
  return static_cast<int>(text.size());
}

}  // namespace

std::string sealing_key::seal(std::string_view plain, std::string_view place) const {
  std::string sealed(nonce_octets + tag_octets + plain.size(), '\0');
  unsigned char* nonce = octets(sealed);
  unsigned char* tag = octets(sealed, nonce_octets);
  unsigned char* text = octets(sealed, nonce_octets + tag_octets);
  const context c(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool done = c != nullptr && RAND_bytes(nonce, nonce_octets) == 1 &&
                    EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce) == 1 &&
                    EVP_EncryptUpdate(c.get(), nullptr, &written, octets(place), length(place)) == 1 &&
                    EVP_EncryptUpdate(c.get(), text, &written, octets(plain), length(plain)) == 1 &&
                    EVP_EncryptFinal_ex(c.get(), text + written, &written) == 1 &&
                    EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, tag_octets, tag) == 1;
  if (!done) throw std::runtime_error("the system cannot encrypt (AES-256-GCM)");
  return sealed;
}

std::optional<std::string> sealing_key::open(std::string_view sealed, std::string_view place) const {
  if (sealed.size() < nonce_octets + tag_octets) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, nonce_octets);
  std::string tag(sealed.substr(nonce_octets, tag_octets));
  const std::string_view text = sealed.substr(nonce_octets + tag_octets);
  std::string plain(text.size(), '\0');
  const context c(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool done = c != nullptr &&
                    EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, key_.data(), octets(nonce)) == 1 &&
                    EVP_DecryptUpdate(c.get(), nullptr, &written, octets(place), length(place)) == 1 &&
                    EVP_DecryptUpdate(c.get(), octets(plain), &written, octets(text), length(text)) == 1 &&
                    EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, tag_octets, octets(tag)) == 1 &&
                    EVP_DecryptFinal_ex(c.get(), octets(plain) + written, &written) == 1;
  return done ? std::optional(std::move(plain)) : std::nullopt;
}

}  // namespace store
