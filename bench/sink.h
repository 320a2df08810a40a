// An SMSC that accepts everything, counts it, and looks whether anything without consent got through. See
// bench/README.md.
#pragma once

#include <sys/epoll.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/connection.h"
#include "bench/deliveries.h"

namespace bench {

struct sink_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  double seconds = 600;
  std::uint64_t sessions = 0;
  std::uint64_t first = 33'600'000'000, numbers = 1'000'000;
  std::string certificate, private_key;
  delivery_options deliver;
};

struct counts {
  std::uint64_t sessions = 0;  // that have come
  std::uint64_t gone = 0;
  std::uint64_t submits = 0;
  std::uint64_t unconsented = 0;  // their destination_addr is not one of the consented numbers
  std::uint64_t reads = 0;        // system calls that brought something: submits / reads is the batch
  std::uint64_t errors = 0;       // what could not be understood
};

void print(const counts& c);  // one JSON object

class sink {
 public:
  explicit sink(const sink_options& o);
  ~sink();
  sink(const sink&) = delete;
  sink& operator=(const sink&) = delete;

  std::uint16_t port() const { return port_of(listener_); }
  counts run();

 private:
  struct session {
    session(connection c, std::uint32_t window) : wire(std::move(c)), delivered(window) {}
    connection wire;
    delivered_to delivered;
    bool unbound = false;
    std::uint32_t watched = EPOLLIN;
  };
  // A peer that does not read its answers is not read from until it does.
  static constexpr std::size_t too_much_unsent = 1 << 20;

  void accept();
  void signalled();
  void deliver();
  bool serve(session& s, std::uint32_t events);
  void answer(session& s, smpp::octets pdu);
  void answer_submit_sm(session& s, smpp::octets pdu, std::uint32_t sequence_number);
  static void answer_with_text(session& s, const smpp::header& h, std::string_view text);
  void watch(session& s);

  sink_options options_;
  counts counts_;
  std::optional<tls> tls_;
  deliveries deliveries_;
  std::vector<session*> receivers_;  // bound, in the order of their binds
  std::size_t next_receiver_ = 0;
  bool stopped_ = false;
  int epoll_, listener_, signals_;
  std::unordered_map<int, std::unique_ptr<session>> sessions_;
};

}  // namespace bench
