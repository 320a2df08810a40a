#include "bench/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace bench {
namespace {

void check(int result, const std::string& what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    throw std::invalid_argument(host + " is not an IPv4 address such as 127.0.0.1");
  }
  return address;
}

void send_without_delay(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int connect_to(const std::string& host, std::uint16_t port) {
  const sockaddr_in address = address_of(host, port);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(descriptor, "socket");
  const std::string where = host + ":" + std::to_string(port);
  check(connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect to " + where);
  send_without_delay(descriptor);
  return descriptor;
}

int listen_on(const std::string& host, std::uint16_t port) {
  const sockaddr_in address = address_of(host, port);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  check(descriptor, "socket");
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const std::string where = host + ":" + std::to_string(port);
  check(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind to " + where);
  check(listen(descriptor, 4096), "listen on " + where);
  return descriptor;
}

int accept_from(int listener) {
  const int descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor >= 0) send_without_delay(descriptor);
  return descriptor;
}

std::uint16_t port_of(int listener) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  check(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  return ntohs(address.sin_port);
}

connection::connection(int descriptor, tls::stream over_tls)
    : descriptor_(descriptor),
      tls_(std::move(over_tls)),
      in_(std::make_unique_for_overwrite<std::uint8_t[]>(in_capacity)) {}

connection::connection(connection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      tls_(std::move(other.tls_)),
      lost_(other.lost_),
      in_(std::move(other.in_)),
      in_begin_(other.in_begin_),
      in_end_(other.in_end_),
      out_(std::move(other.out_)),
      out_begin_(other.out_begin_),
      out_end_(other.out_end_),
      out_capacity_(other.out_capacity_) {}

connection::~connection() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool connection::receive() {
  if (in_begin_ != 0) {
    std::memmove(in_.get(), in_.get() + in_begin_, in_end_ - in_begin_);
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  if (tls_ != nullptr) return receive_over_tls();
  const ssize_t got = recv(descriptor_, in_.get() + in_end_, in_capacity - in_end_, MSG_DONTWAIT);
  if (got > 0) in_end_ += static_cast<std::size_t>(got);
  return got > 0 || (got < 0 && would_block());
}

// What came before the end of the stream is true, the end itself is false the next time.
bool connection::receive_over_tls() {
  const std::size_t before = in_end_;
  while (in_end_ != in_capacity) {
    const int got = SSL_read(tls_.get(), in_.get() + in_end_, static_cast<int>(in_capacity - in_end_));
    if (got <= 0) return in_end_ != before || goes_on(got);
    in_end_ += static_cast<std::size_t>(got);
  }
  return true;
}

bool connection::send_over_tls() {
  while (unsent() != 0) {
    const int gone = SSL_write(tls_.get(), out_.get() + out_begin_, static_cast<int>(unsent()));
    if (gone <= 0) return goes_on(gone);
    out_begin_ += static_cast<std::size_t>(gone);
  }
  out_begin_ = out_end_ = 0;
  return true;
}

bool connection::goes_on(int result) const {
  const int why = SSL_get_error(tls_.get(), result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

smpp::octets connection::next_pdu() {
  const std::size_t there = in_end_ - in_begin_;
  if (there < smpp::header_length || lost_) return {};
  const std::size_t length = smpp::read_u32(in_.get() + in_begin_);
  lost_ = length < smpp::header_length || length > in_capacity;
  if (lost_ || length > there) return {};
  const smpp::octets pdu(in_.get() + in_begin_, length);
  in_begin_ += length;
  return pdu;
}

std::uint8_t* connection::append(std::size_t octets) {
  if (out_end_ + octets > out_capacity_) {
    const std::size_t capacity = std::max<std::size_t>(2 * (unsent() + octets), 4096);
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    if (unsent() != 0) std::memcpy(larger.get(), out_.get() + out_begin_, unsent());
    out_ = std::move(larger);
    out_capacity_ = capacity;
    out_end_ -= out_begin_;
    out_begin_ = 0;
  }
  out_end_ += octets;
  return out_.get() + out_end_ - octets;
}

void connection::append_header(smpp::command_id id, smpp::command_status status, std::uint32_t sequence_number) {
  std::uint8_t* to = append(smpp::header_length);
  smpp::write_u32(to, smpp::header_length);
  smpp::write_u32(to + 4, static_cast<std::uint32_t>(id));
  smpp::write_u32(to + 8, static_cast<std::uint32_t>(status));
  smpp::write_u32(to + 12, sequence_number);
}

bool connection::send() {
  if (unsent() == 0) return true;
  if (tls_ != nullptr) return send_over_tls();
  const ssize_t gone = ::send(descriptor_, out_.get() + out_begin_, unsent(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (gone < 0) return would_block();
  out_begin_ += static_cast<std::size_t>(gone);
  if (out_begin_ == out_end_) out_begin_ = out_end_ = 0;
  return true;
}

}  // namespace bench
