// Certificates for tests, signed by themselves.
#pragma once

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

namespace testing {

using key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

inline key new_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

inline void write_pem(const std::filesystem::path& file, const char* mode, const auto& write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new_file(file.c_str(), mode), &BIO_free);
  if (!out || write(out.get()) != 1) throw std::runtime_error("cannot write " + file.string());
}

inline void write_key(const std::filesystem::path& file, const key& k) {
  write_pem(file, "w",
            [&](BIO* out) { return PEM_write_bio_PrivateKey(out, k.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// Added to what is in the file already.
inline void add_certificate(const std::filesystem::path& file, const key& k, int seconds_left) {
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), seconds_left < 0 ? 2L * seconds_left : 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds_left);
  X509_set_pubkey(made.get(), k.get());
  X509_sign(made.get(), k.get(), EVP_sha256());
  write_pem(file, "a", [&](BIO* out) { return PEM_write_bio_X509(out, made.get()); });
}

}  // namespace testing
