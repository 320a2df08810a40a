// Certificates and keys from PEM files: what was read, or why it was not.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace proxy {

using x509 = std::unique_ptr<X509, decltype(&X509_free)>;
using private_key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
struct unreadable {
  std::string why;
};

// At least one, in the order of the file.
std::variant<std::vector<x509>, unreadable> read_certificates(const std::filesystem::path& file);
// Not one that needs a passphrase.
std::variant<private_key, unreadable> read_private_key(const std::filesystem::path& file);

std::chrono::system_clock::time_point not_after(const X509& certificate);
std::string last_openssl_error();  // and clears them all

}  // namespace proxy
