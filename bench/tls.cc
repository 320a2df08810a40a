#include "bench/tls.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <csignal>
#include <stdexcept>

namespace bench {
namespace {

tls::context new_context(const SSL_METHOD* method) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  tls::context made(SSL_CTX_new(method), SSL_CTX_free);
  if (!made) throw std::runtime_error("OpenSSL makes no context");
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(made.get(), 1);
  return made;
}

}  // namespace

tls tls::of_client() {
  return {new_context(TLS_client_method()), false};
}

tls tls::of_server(const std::string& certificate, const std::string& private_key) {
  tls made(new_context(TLS_server_method()), true);
  if (SSL_CTX_use_certificate_chain_file(made.context_.get(), certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(made.context_.get(), private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::invalid_argument(certificate + " and " + private_key + " are not a certificate and its key");
  }
  return made;
}

tls::stream tls::begin(int descriptor) const {
  const timeval patience{5, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  stream made(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(made.get(), descriptor);
  if ((server_ ? SSL_accept(made.get()) : SSL_connect(made.get())) != 1) made.reset();
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  return made;
}

}  // namespace bench
