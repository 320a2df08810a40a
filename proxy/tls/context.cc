#include "proxy/tls/context.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>

#include "proxy/tls/pem.h"

namespace proxy {
namespace {

using std::chrono::system_clock;

// TLS 1.2 only with forward secrecy and authenticated encryption; TLS 1.3 has nothing else.
constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr double worth_a_warning = 30;  // days

void refuse(const named_file& f, const std::string& what, const std::string& why, tls_context::findings& found) {
  found.errors.push_back({f.line, f.column, what + " `" + f.path.string() + "` " + why});
}

void warn(const named_file& f, const std::string& what, const std::string& why, tls_context::findings& found) {
  found.warnings.push_back({f.line, f.column, what + " `" + f.path.string() + "` " + why});
}

dated_file dated(const named_file& f, const std::string& what, const std::vector<x509>& certificates,
                 tls_context::findings& found) {
  dated_file d{f.path, system_clock::time_point::max()};
  for (const x509& c : certificates)
    d.not_after = std::min(d.not_after, not_after(*c));
  const double days = days_left(d, system_clock::now());
  if (days < 0) {
    warn(f, what, "has expired: peers refuse it; put a new one in its place", found);
  } else if (days < worth_a_warning) {
    warn(f, what, "expires in " + std::to_string(static_cast<int>(days)) + " days; renew it", found);
  }
  return d;
}

bool is_address(const std::string& host) {
  in6_addr any{};
  return inet_pton(AF_INET, host.c_str(), &any) == 1 || inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

bool readable_by_all(const std::filesystem::path& file) {
  struct stat s{};
  return stat(file.c_str(), &s) == 0 && (s.st_mode & S_IROTH) != 0;
}

}  // namespace

double days_left(const dated_file& f, system_clock::time_point now) {
  return std::chrono::duration<double, std::ratio<86400>>(f.not_after - now).count();
}

tls_context::tls_context(side s)
    : side_(s), context_(SSL_CTX_new(s == side::server ? TLS_server_method() : TLS_client_method())) {
  if (!context_) throw std::runtime_error("OpenSSL: " + last_openssl_error());
  SSL_CTX* c = context_.get();
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(c, tls12_ciphers);
  // No resumption: sessions are few and long, and a peer that is trusted no more must not come back with a ticket. A
  // stream that ends without close_notify has ended all the same: SMPP has lengths and unbind.
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c, 0);
  SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections hold no buffers; a read takes all that is there; a write may be tried again from elsewhere.
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(c, 1);
}

std::shared_ptr<const tls_context> tls_context::make(side s, const tls_config& c, const std::string& host,
                                                     findings& found) {
  const std::shared_ptr<tls_context> made(new tls_context(s));
  const std::size_t errors_before = found.errors.size();
  if (c.certificate && c.private_key) made->use_identity(*c.certificate, *c.private_key, found);
  if (c.ca) made->trust(*c.ca, found);
  SSL_CTX* context = made->context_.get();
  if (s == side::client) {
    if (!c.ca) SSL_CTX_set_default_verify_paths(context);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    made->expect_name(c.server_name.empty() ? host : c.server_name);
  } else if (c.ca) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return found.errors.size() == errors_before ? made : nullptr;
}

// The certificate comes first in its file, then its chain.
void tls_context::use_identity(const named_file& certificate, const named_file& key_file, findings& found) {
  const auto certificates = read_certificates(certificate.path);
  const auto key = read_private_key(key_file.path);
  if (const auto* why = std::get_if<unreadable>(&certificates)) refuse(certificate, "the certificate", why->why, found);
  if (const auto* why = std::get_if<unreadable>(&key)) refuse(key_file, "the private key", why->why, found);
  if (readable_by_all(key_file.path))
    warn(key_file, "the private key", "can be read by everybody on this machine; chmod o-r it", found);
  const auto* chain = std::get_if<std::vector<x509>>(&certificates);
  const auto* its_key = std::get_if<private_key>(&key);
  if (chain == nullptr || its_key == nullptr) return;
  X509* own = chain->front().get();
  if (X509_check_private_key(own, its_key->get()) != 1) {
    last_openssl_error();
    return refuse(key_file, "the private key",
                  "is not the key of the first certificate in `" + certificate.path.string() + "`", found);
  }
  bool taken = SSL_CTX_use_certificate(context_.get(), own) == 1;
  taken = taken && SSL_CTX_use_PrivateKey(context_.get(), its_key->get()) == 1;
  for (std::size_t i = 1; taken && i < chain->size(); ++i)
    taken = SSL_CTX_add1_chain_cert(context_.get(), (*chain)[i].get()) == 1;
  if (!taken) return refuse(certificate, "the certificate", "is not taken: " + last_openssl_error(), found);
  files_.push_back(dated(certificate, "the certificate", *chain, found));
}

void tls_context::trust(const named_file& ca, findings& found) {
  const auto read = read_certificates(ca.path);
  if (const auto* why = std::get_if<unreadable>(&read)) return refuse(ca, "the CA file", why->why, found);
  const auto& trusted = std::get<std::vector<x509>>(read);
  for (const x509& c : trusted) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), c.get());
    if (side_ == side::server) SSL_CTX_add_client_CA(context_.get(), c.get());
  }
  files_.push_back(dated(ca, "the CA file", trusted, found));
}

void tls_context::expect_name(const std::string& name) {
  X509_VERIFY_PARAM* expected = SSL_CTX_get0_param(context_.get());
  if (is_address(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str());
    return;
  }
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  X509_VERIFY_PARAM_set1_host(expected, name.data(), name.size());
  server_name_ = name;
}

}  // namespace proxy
