#include "proxy/server/tls_connection.h"

#include <openssl/err.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace proxy {

namespace asio = boost::asio;

tls_connection::tls_connection(tcp::socket s, const tls_context& c) : socket_(std::move(s)), ssl_(SSL_new(c.get())) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) throw std::bad_alloc();
  c.of() == tls_context::side::server ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
  if (!c.server_name().empty()) SSL_set_tlsext_host_name(ssl_.get(), c.server_name().c_str());
}

// What OpenSSL's last call came to. Its errors stay in a queue of the thread: each call clears it first.
tls_connection::step tls_connection::after(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return step::done;
    case SSL_ERROR_WANT_READ:
      return step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return step::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return step::ended;
    case SSL_ERROR_SYSCALL:
      if (failure_.empty() && errno != 0) failure_ = std::strerror(errno);
      return step::failed;
    default:
      if (failure_.empty()) note_failure();
      return step::failed;
  }
}

void tls_connection::note_failure() {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  in_clear_ =
      reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST;
  if (in_clear_) {
    failure_ = "the peer does not speak TLS";
    return;
  }
  const char* text = ERR_reason_error_string(code);
  failure_ = text == nullptr ? "TLS failed" : text;
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) failure_ += std::string(": ") + X509_verify_cert_error_string(verdict);
}

tls_connection::error_code tls_connection::error_of(step s) {
  if (s == step::done) return {};
  return s == step::ended ? error_code(asio::error::eof) : error_code(asio::error::connection_reset);
}

void tls_connection::wait(step s, std::function<void(error_code)> then) {
  const auto what = s == step::wants_read ? tcp::socket::wait_read : tcp::socket::wait_write;
  socket_.async_wait(what, [self = shared_from_this(), then = std::move(then)](error_code ec) {
    then(!ec && !self->socket_.is_open() ? error_code(asio::error::operation_aborted) : ec);
  });
}

void tls_connection::async_handshake(std::function<void(error_code)> done) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), done = std::move(done)] { self->handshake(done); });
}

void tls_connection::handshake(const std::function<void(error_code)>& done) {
  if (!socket_.is_open()) return done(asio::error::operation_aborted);
  ERR_clear_error();
  errno = 0;
  const step s = after(SSL_do_handshake(ssl_.get()));
  if (!waits(s)) {
    if (s != step::done && failure_.empty()) failure_ = "closed by the peer during the handshake";
    return done(error_of(s));
  }
  wait(s, [this, done](error_code ec) { ec ? done(ec) : handshake(done); });
}

// Until the room is full or OpenSSL holds no more: what the kernel has is the next read's.
tls_connection::step tls_connection::read_now(std::span<std::uint8_t> room, std::size_t& octets) {
  step s = step::done;
  while (octets < room.size() && s == step::done && (octets == 0 || SSL_has_pending(ssl_.get()) == 1)) {
    std::size_t more = 0;
    ERR_clear_error();
    errno = 0;
    s = after(SSL_read_ex(ssl_.get(), room.data() + octets, room.size() - octets, &more));
    octets += more;
  }
  return s;
}

void tls_connection::async_read_some(std::span<std::uint8_t> room, handler done) {
  std::size_t octets = 0;
  const step s = read_now(room, octets);
  if (octets == 0 && waits(s)) return read_when_there(s, room, std::move(done));
  asio::post(socket_.get_executor(), [self = shared_from_this(), s, octets, done = std::move(done)] {
    if (!self->socket_.is_open()) return done(asio::error::operation_aborted, 0);
    done(octets > 0 ? error_code() : error_of(s), octets);  // an end that follows octets is seen by the next read
  });
}

void tls_connection::read_when_there(step s, std::span<std::uint8_t> room, handler done) {
  wait(s, [this, room, done = std::move(done)](error_code ec) {
    if (ec) return done(ec, 0);
    std::size_t octets = 0;
    const step now = read_now(room, octets);
    if (octets == 0 && waits(now)) return read_when_there(now, room, done);
    done(octets > 0 ? error_code() : error_of(now), octets);
  });
}

tls_connection::step tls_connection::write_now(std::span<const std::uint8_t> octets, std::size_t& sent) {
  step s = step::done;
  while (sent < octets.size() && s == step::done) {
    std::size_t more = 0;
    ERR_clear_error();
    errno = 0;
    s = after(SSL_write_ex(ssl_.get(), octets.data() + sent, octets.size() - sent, &more));
    sent += more;
  }
  return s;
}

std::size_t tls_connection::write_some(std::span<const std::uint8_t> octets, error_code& ec) {
  std::size_t sent = 0;
  const step s = write_now(octets, sent);
  ec = waits(s) ? error_code(asio::error::would_block) : error_of(s);
  return sent;
}

// Called after write_some() could not send all: a record that the kernel has not taken is tried again with the same
// octets.
void tls_connection::async_write(std::span<const std::uint8_t> octets, handler done) {
  write_when_taken(step::wants_write, octets, 0, std::move(done));
}

void tls_connection::write_when_taken(step s, std::span<const std::uint8_t> octets, std::size_t sent, handler done) {
  wait(s, [this, octets, sent, done = std::move(done)](error_code ec) mutable {
    if (ec) return done(ec, sent);
    const step now = write_now(octets, sent);
    if (waits(now)) return write_when_taken(now, octets, sent, std::move(done));
    done(error_of(now), sent);
  });
}

// close_notify, then the end of the stream.
void tls_connection::shutdown_send() {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace proxy
