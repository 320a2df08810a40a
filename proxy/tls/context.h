// What one listener, or the way to one upstream, needs for TLS: certificate, key, whom to trust. Made once of the files
// that the configuration names; every connection takes what is in force when it begins.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proxy/config/config.h"

namespace proxy {

template <auto release>
struct releaser {
  template <typename T>
  void operator()(T* p) const {
    release(p);
  }
};

// A file with certificates, and when the first of them ends.
struct dated_file {
  std::filesystem::path path;
  std::chrono::system_clock::time_point not_after;
};
double days_left(const dated_file& f, std::chrono::system_clock::time_point now);

class tls_context {
 public:
  enum class side { server, client };
  // What is wrong with the files, and what is doubtful, at the places where they are named.
  struct findings {
    std::vector<config_error> errors;
    std::vector<config_error> warnings;
  };

  // `host` is where an upstream is: the name in its certificate unless the configuration gives one. nullptr when there
  // are errors.
  static std::shared_ptr<const tls_context> make(side s, const tls_config& c, const std::string& host, findings& found);

  SSL_CTX* get() const { return context_.get(); }
  // What a client asks for (SNI): empty for an address.
  const std::string& server_name() const { return server_name_; }
  side of() const { return side_; }
  const std::vector<dated_file>& files() const { return files_; }

 private:
  explicit tls_context(side s);
  void use_identity(const named_file& certificate, const named_file& private_key, findings& found);
  void trust(const named_file& ca, findings& found);
  void expect_name(const std::string& name);

  side side_;
  std::unique_ptr<SSL_CTX, releaser<SSL_CTX_free>> context_;
  std::string server_name_;
  std::vector<dated_file> files_;
};

}  // namespace proxy
