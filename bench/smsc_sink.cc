// An SMSC that accepts everything, counts it, and looks whether anything without consent got through. See
// bench/README.md.
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>
#include <unordered_map>

#include "bench/connection.h"

namespace {

struct sink_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  double seconds = 600;
  std::uint64_t sessions = 0;
  std::uint64_t first = 33'600'000'000, numbers = 1'000'000;
};

struct counts {
  std::uint64_t sessions = 0;  // that have come
  std::uint64_t gone = 0;
  std::uint64_t submits = 0;
  std::uint64_t unconsented = 0;  // their destination_addr is not one of the consented numbers
  std::uint64_t reads = 0;        // system calls that brought something: submits / reads is the batch
  std::uint64_t errors = 0;       // what could not be understood
};

// destination_addr of a submit_sm (4.4.1); empty when the body ends before it does.
std::string_view destination_addr(smpp::octets pdu) {
  std::string_view body(reinterpret_cast<const char*>(pdu.data()), pdu.size());
  std::size_t at = smpp::header_length;
  at = body.find('\0', at);  // service_type
  if (at == body.npos) return {};
  at = body.find('\0', at + 3);  // source_addr_ton, source_addr_npi, source_addr
  if (at == body.npos) return {};
  at += 3;  // dest_addr_ton, dest_addr_npi
  const std::size_t end = body.find('\0', at);
  return end == body.npos ? std::string_view{} : body.substr(at, end - at);
}

class sink {
 public:
  explicit sink(const sink_options& o);
  ~sink();
  sink(const sink&) = delete;
  sink& operator=(const sink&) = delete;

  std::uint16_t port() const { return bench::port_of(listener_); }
  counts run();

 private:
  struct session {
    explicit session(int descriptor) : wire(descriptor) {}
    bench::connection wire;
    bool unbound = false;
    std::uint32_t watched = EPOLLIN;
  };
  // A peer that does not read its answers is not read from until it does.
  static constexpr std::size_t too_much_unsent = 1 << 20;

  void accept();
  bool serve(session& s, std::uint32_t events);
  void answer(session& s, smpp::octets pdu);
  void answer_submit_sm(session& s, smpp::octets pdu, std::uint32_t sequence_number);
  static void answer_with_text(session& s, const smpp::header& h, std::string_view text);
  void watch(session& s);

  sink_options options_;
  counts counts_;
  int epoll_, listener_, stop_;
  std::unordered_map<int, std::unique_ptr<session>> sessions_;
};

sink::sink(const sink_options& o)
    : options_(o), epoll_(epoll_create1(EPOLL_CLOEXEC)), listener_(bench::listen_on(o.host, o.port)) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  stop_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  for (const int descriptor : {listener_, stop_}) {
    epoll_event e{EPOLLIN, {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &e);
  }
}

sink::~sink() {
  for (const int descriptor : {epoll_, listener_, stop_})
    close(descriptor);
}

counts sink::run() {
  const std::uint64_t end = bench::now() + static_cast<std::uint64_t>(options_.seconds * 1e9);
  epoll_event events[64];
  for (;;) {
    const std::uint64_t now = bench::now();
    if (now >= end) return counts_;
    const auto wait = static_cast<int>(std::min<std::uint64_t>((end - now) / 1'000'000 + 1, 60'000));
    const int ready = epoll_wait(epoll_, events, 64, wait);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor == stop_) return counts_;
      if (descriptor == listener_) {
        accept();
      } else if (const auto at = sessions_.find(descriptor); at != sessions_.end()) {
        if (serve(*at->second, events[i].events)) continue;
        sessions_.erase(at);
        ++counts_.gone;
      }
    }
    if (options_.sessions != 0 && counts_.gone >= options_.sessions && sessions_.empty()) return counts_;
  }
}

void sink::accept() {
  for (int descriptor = bench::accept_from(listener_); descriptor >= 0; descriptor = bench::accept_from(listener_)) {
    sessions_.emplace(descriptor, std::make_unique<session>(descriptor));
    ++counts_.sessions;
    epoll_event e{EPOLLIN, {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &e);
  }
}

// False when the session is over.
bool sink::serve(session& s, std::uint32_t events) {
  bench::connection& wire = s.wire;
  if ((events & ~EPOLLOUT) != 0) {
    if (!wire.receive()) return false;
    ++counts_.reads;
    for (smpp::octets pdu = wire.next_pdu(); !pdu.empty(); pdu = wire.next_pdu())
      answer(s, pdu);
    if (wire.lost()) {
      ++counts_.errors;
      return false;
    }
  }
  if (!wire.send()) return false;
  watch(s);
  return !s.unbound || wire.unsent() != 0;
}

void sink::watch(session& s) {
  const std::uint32_t wanted =
      (s.wire.unsent() < too_much_unsent ? EPOLLIN : 0U) | (s.wire.unsent() != 0 ? EPOLLOUT : 0U);
  if (wanted == s.watched) return;
  s.watched = wanted;
  epoll_event e{wanted, {.fd = s.wire.descriptor()}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, s.wire.descriptor(), &e);
}

void sink::answer(session& s, smpp::octets pdu) {
  using enum smpp::command_id;
  const smpp::header h = smpp::read_header(pdu);
  switch (h.command_id) {
    case submit_sm:
      answer_submit_sm(s, pdu, h.sequence_number);
      break;
    case bind_transceiver:
    case bind_transmitter:
    case bind_receiver:
      answer_with_text(s, h, "smsc_sink");
      break;
    case unbind:
      s.unbound = true;
      [[fallthrough]];
    case enquire_link:
      s.wire.append_header(smpp::response_to(h.command_id), smpp::command_status::ESME_ROK, h.sequence_number);
      break;
    case enquire_link_resp:
    case unbind_resp:
      break;
    default:
      ++counts_.errors;
      s.wire.append_header(generic_nack, smpp::command_status::ESME_RINVCMDID, h.sequence_number);
  }
}

void sink::answer_with_text(session& s, const smpp::header& h, std::string_view text) {
  const std::size_t length = smpp::header_length + text.size() + 1;
  std::uint8_t* to = s.wire.append(length);
  smpp::write_u32(to, static_cast<std::uint32_t>(length));
  smpp::write_u32(to + 4, static_cast<std::uint32_t>(smpp::response_to(h.command_id)));
  smpp::write_u32(to + 8, 0);
  smpp::write_u32(to + 12, h.sequence_number);
  std::memcpy(to + smpp::header_length, text.data(), text.size());
  to[length - 1] = 0;
}

// The message_id is the destination_addr, a hyphen and a count: the sender can tell whose answer it got.
void sink::answer_submit_sm(session& s, smpp::octets pdu, std::uint32_t sequence_number) {
  ++counts_.submits;
  const std::string_view destination = destination_addr(pdu);
  std::uint64_t number = 0;
  const auto read = std::from_chars(destination.data(), destination.data() + destination.size(), number);
  const bool whole = !destination.empty() && read.ptr == destination.data() + destination.size();
  if (!whole || number - options_.first >= options_.numbers) ++counts_.unconsented;

  char message_id[64];
  const std::size_t kept = std::min<std::size_t>(destination.size(), 40);
  std::memcpy(message_id, destination.data(), kept);
  message_id[kept] = '-';
  for (std::size_t i = 0; i < 8; ++i) {
    message_id[kept + 1 + i] = "0123456789abcdef"[counts_.submits >> (28 - 4 * i) & 0xF];
  }
  answer_with_text(s, {0, smpp::command_id::submit_sm, {}, sequence_number}, {message_id, kept + 9});
}

}  // namespace

int main(int argc, char** argv) {
  sink_options o;
  CLI::App app("An SMSC that accepts everything and counts what had no consent", "smsc_sink");
  app.add_option("--host", o.host, "IPv4 address")->capture_default_str();
  app.add_option("--port", o.port, "TCP port (0: any free one; the first line printed says which)")
      ->capture_default_str();
  app.add_option("--seconds", o.seconds, "exit after so long")->capture_default_str();
  app.add_option("--sessions", o.sessions, "exit when so many have come and gone (0: SIGTERM or --seconds ends it)");
  app.add_option("--first", o.first, "first number that has consent")->capture_default_str();
  app.add_option("--numbers", o.numbers, "how many have it")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    sink s(o);
    std::printf("{\"port\": %u}\n", s.port());
    std::fflush(stdout);
    const counts c = s.run();
    std::printf(
        "{\"sessions\": %llu, \"submits\": %llu, \"unconsented\": %llu, \"reads\": %llu, \"errors\": %llu, "
        "\"cpu_seconds\": %.3f}\n",
        static_cast<unsigned long long>(c.sessions), static_cast<unsigned long long>(c.submits),
        static_cast<unsigned long long>(c.unconsented), static_cast<unsigned long long>(c.reads),
        static_cast<unsigned long long>(c.errors), bench::cpu_seconds());
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "smsc_sink: %s\n", e.what());
    return 1;
  }
}
