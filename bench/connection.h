// One socket with a buffer in each direction: one read and one write system call a turn, whatever number of PDUs that
// is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/tls.h"
#include "smpp/pdu.h"

namespace bench {

// Nanoseconds of the steady clock.
std::uint64_t now();

// Seconds of processor time, user and system, this process has taken.
double cpu_seconds();

// Both make non-blocking sockets without Nagle's delay; throw std::system_error. `host` is an IPv4 address.
int connect_to(const std::string& host, std::uint16_t port);
int listen_on(const std::string& host, std::uint16_t port);  // port 0: any free one
int accept_from(int listener);                               // -1 when nobody waits
std::uint16_t port_of(int listener);

// Frames by itself, in three lines: the tools must not share a fault with the codec they check.
class connection {
 public:
  explicit connection(int descriptor, tls::stream over_tls = {nullptr, SSL_free});
  ~connection();
  connection(connection&& other) noexcept;
  connection& operator=(connection&&) = delete;

  int descriptor() const { return descriptor_; }

  // Reads once (over TLS: until nothing more has come). False when the peer has closed the connection or it failed.
  bool receive();
  // Over TLS, something may have been read that found no place in the buffer: no event tells of it.
  bool holds_more() const { return tls_ != nullptr && SSL_has_pending(tls_.get()) == 1; }

  // The next whole PDU among what was received, valid until the next receive(); empty when there is none. A
  // command_length that cannot be one sets lost().
  smpp::octets next_pdu();
  bool lost() const { return lost_; }

  // Room for `octets` more at the end of what is to be sent; valid until the next append.
  std::uint8_t* append(std::size_t octets);
  void append_header(smpp::command_id id, smpp::command_status status, std::uint32_t sequence_number);

  // Writes once what is to be sent. False when the connection failed; what did not fit stays in unsent().
  bool send();
  std::size_t unsent() const { return out_end_ - out_begin_; }

 private:
  static constexpr std::size_t in_capacity = 256 * 1024;

  bool receive_over_tls();
  bool send_over_tls();
  bool goes_on(int result) const;  // after SSL_read or SSL_write said `result`

  int descriptor_;
  tls::stream tls_;
  bool lost_ = false;
  std::unique_ptr<std::uint8_t[]> in_;  // pages are taken as they are first used: an idle connection costs little
  std::size_t in_begin_ = 0, in_end_ = 0;
  std::unique_ptr<std::uint8_t[]> out_;
  std::size_t out_begin_ = 0, out_end_ = 0, out_capacity_ = 0;
};

}  // namespace bench
