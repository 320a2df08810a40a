// A connection, with or without TLS: which of the two is a branch for each call, not for each octet.
#pragma once

#include <boost/asio/write.hpp>
#include <memory>
#include <span>
#include <utility>

#include "proxy/server/tcp.h"
#include "proxy/server/tls_connection.h"

namespace proxy {

class stream {
 public:
  using error_code = boost::system::error_code;

  explicit stream(tcp::socket s) : plain_(std::move(s)) {}
  // TLS over a connected socket that does not block; async_handshake() comes first.
  stream(tcp::socket s, const tls_context& c)
      : plain_(s.get_executor()), tls_(std::make_shared<tls_connection>(std::move(s), c)) {}

  bool has_tls() const { return tls_ != nullptr; }
  tls_connection& tls() { return *tls_; }
  tcp::socket& socket() { return tls_ ? tls_->socket() : plain_; }
  bool is_open() { return socket().is_open(); }

  template <typename handler>
  void async_read_some(std::span<std::uint8_t> room, handler&& done) {
    if (tls_) return tls_->async_read_some(room, std::forward<handler>(done));
    plain_.async_read_some(boost::asio::buffer(room.data(), room.size()), std::forward<handler>(done));
  }
  // What can be sent at once; would_block when that is nothing, and with TLS also when it is not all.
  std::size_t write_some(std::span<const std::uint8_t> octets, error_code& ec) {
    if (tls_) return tls_->write_some(octets, ec);
    return plain_.write_some(boost::asio::buffer(octets.data(), octets.size()), ec);
  }
  // The rest of what write_some() was given.
  template <typename handler>
  void async_write(std::span<const std::uint8_t> octets, handler&& done) {
    if (tls_) return tls_->async_write(octets, std::forward<handler>(done));
    boost::asio::async_write(plain_, boost::asio::buffer(octets.data(), octets.size()), std::forward<handler>(done));
  }
  void shutdown_send() {
    if (tls_) return tls_->shutdown_send();
    error_code ignored;
    plain_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() {
    error_code ignored;
    socket().close(ignored);
  }

 private:
  tcp::socket plain_;
  std::shared_ptr<tls_connection> tls_;
};

}  // namespace proxy
