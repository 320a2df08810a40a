// TLS for the two ends of a run. Nobody's certificate is checked here: the proxy under test does what it is set up to
// do.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace bench {

class tls {
 public:
  using context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  using stream = std::unique_ptr<SSL, decltype(&SSL_free)>;

  static tls of_client();
  static tls of_server(const std::string& certificate, const std::string& private_key);

  // The handshake on a blocking socket, which does not block any more afterwards. Nothing when it fails or takes longer
  // than five seconds.
  stream begin(int descriptor) const;

 private:
  tls(context c, bool server) : context_(std::move(c)), server_(server) {}

  context context_;
  bool server_;
};

}  // namespace bench
