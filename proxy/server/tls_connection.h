// TLS on one socket. OpenSSL works on the descriptor itself: what is written is with the kernel when write_some()
// returns, as without TLS, and nothing is copied twice. (asio::ssl::stream has no write that does not wait.)
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "proxy/server/tcp.h"
#include "proxy/tls/context.h"

namespace proxy {

// Lives on one thread. One read and one write may be under way at a time; handlers are called later, never at once.
class tls_connection : public std::enable_shared_from_this<tls_connection> {
 public:
  using error_code = boost::system::error_code;
  using handler = std::function<void(error_code, std::size_t)>;

  // The socket is connected and does not block.
  tls_connection(tcp::socket s, const tls_context& c);

  void async_handshake(std::function<void(error_code)> done);
  void async_read_some(std::span<std::uint8_t> room, handler done);
  std::size_t write_some(std::span<const std::uint8_t> octets, error_code& ec);
  void async_write(std::span<const std::uint8_t> octets, handler done);
  void shutdown_send();

  tcp::socket& socket() { return socket_; }
  // Why the handshake failed, or what broke the connection; empty when TLS itself had nothing to say.
  const std::string& failure() const { return failure_; }
  bool spoken_to_in_clear() const { return in_clear_; }

 private:
  enum class step { done, wants_read, wants_write, ended, failed };
  step after(int result);
  void note_failure();
  static error_code error_of(step s);
  static bool waits(step s) { return s == step::wants_read || s == step::wants_write; }
  void wait(step s, std::function<void(error_code)> then);
  void handshake(const std::function<void(error_code)>& done);
  step read_now(std::span<std::uint8_t> room, std::size_t& octets);
  step write_now(std::span<const std::uint8_t> octets, std::size_t& sent);
  void read_when_there(step s, std::span<std::uint8_t> room, handler done);
  void write_when_taken(step s, std::span<const std::uint8_t> octets, std::size_t sent, handler done);

  tcp::socket socket_;
  std::unique_ptr<SSL, releaser<SSL_free>> ssl_;
  std::string failure_;
  bool in_clear_ = false;
};

}  // namespace proxy
