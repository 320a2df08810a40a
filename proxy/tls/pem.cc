#include "proxy/tls/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

namespace proxy {
namespace {

using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::variant<std::string, unreadable> read_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return unreadable{"cannot be read: it is a folder"};
  std::ifstream in(file, std::ios::binary);
  if (!in) return unreadable{std::string("cannot be read: ") + std::strerror(errno)};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bio reading(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

// Instead of asking at the terminal; `asked` tells that a passphrase was wanted.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

std::string last_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

std::variant<std::vector<x509>, unreadable> read_certificates(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (const auto* why = std::get_if<unreadable>(&text)) return *why;
  const bio in = reading(std::get<std::string>(text));
  std::vector<x509> found;
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr))
    found.emplace_back(next, &X509_free);
  // The end of the file is an error, too: no further beginning of one.
  const bool at_the_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string why = last_openssl_error();
  if (!at_the_end) return unreadable{"holds a broken certificate: " + why};
  if (found.empty()) return unreadable{"holds no certificate; it must be in PEM form (-----BEGIN CERTIFICATE-----)"};
  return found;
}

std::variant<private_key, unreadable> read_private_key(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (const auto* why = std::get_if<unreadable>(&text)) return *why;
  const bio in = reading(std::get<std::string>(text));
  bool asked = false;
  private_key found(PEM_read_bio_PrivateKey(in.get(), nullptr, &no_passphrase, &asked), &EVP_PKEY_free);
  if (found) return found;
  ERR_clear_error();
  if (asked) return unreadable{"needs a passphrase, and nobody is there to type it; store the key without one"};
  return unreadable{"holds no private key; it must be in PEM form (-----BEGIN PRIVATE KEY-----)"};
}

std::chrono::system_clock::time_point not_after(const X509& certificate) {
  std::tm when{};
  ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &when);
  return std::chrono::system_clock::from_time_t(timegm(&when));
}

}  // namespace proxy
