#include "bench/sink.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace bench {
namespace {

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

}  // namespace

void print(const counts& c) {
  std::printf(
      "{\"sessions\": %llu, \"submits\": %llu, \"unconsented\": %llu, \"reads\": %llu, \"errors\": %llu, "
      "\"cpu_seconds\": %.3f}\n",
      static_cast<unsigned long long>(c.sessions), static_cast<unsigned long long>(c.submits),
      static_cast<unsigned long long>(c.unconsented), static_cast<unsigned long long>(c.reads),
      static_cast<unsigned long long>(c.errors), cpu_seconds());
  std::fflush(stdout);
}

sink::sink(const sink_options& o)
    : options_(o), deliveries_(o.deliver), epoll_(epoll_create1(EPOLL_CLOEXEC)), listener_(listen_on(o.host, o.port)) {
  if (!o.certificate.empty()) tls_ = tls::of_server(o.certificate, o.private_key);
  prctl(PR_SET_TIMERSLACK, 1UL);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGUSR1);
  sigaddset(&signals, SIGUSR2);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  for (const int descriptor : {listener_, signals_}) {
    epoll_event e{EPOLLIN, {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &e);
  }
}

sink::~sink() {
  for (const int descriptor : {epoll_, listener_, signals_})
    close(descriptor);
}

counts sink::run() {
  const std::uint64_t end = now() + static_cast<std::uint64_t>(options_.seconds * 1e9);
  epoll_event events[64];
  while (!stopped_) {
    const std::uint64_t now = bench::now();
    if (now >= end) break;
    const std::uint64_t until = std::min(end, std::max(deliveries_.next_due(), now));
    const timespec wait{static_cast<time_t>((until - now) / 1'000'000'000),
                        static_cast<long>((until - now) % 1'000'000'000)};
    const int ready = epoll_pwait2(epoll_, events, 64, &wait, nullptr);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor == signals_) {
        signalled();
      } else if (descriptor == listener_) {
        accept();
      } else if (const auto at = sessions_.find(descriptor); at != sessions_.end()) {
        if (serve(*at->second, events[i].events)) continue;
        deliveries_.lose(at->second->delivered);
        std::erase(receivers_, at->second.get());
        sessions_.erase(at);
        ++counts_.gone;
      }
    }
    deliver();
    if (options_.sessions != 0 && counts_.gone >= options_.sessions && sessions_.empty()) break;
  }
  return counts_;
}

// SIGUSR1 begins the deliveries, SIGUSR2 asks for the counts so far, the others end the run.
void sink::signalled() {
  signalfd_siginfo what;
  while (read(signals_, &what, sizeof what) == sizeof what) {
    if (what.ssi_signo == SIGUSR1) {
      deliveries_.begin(now());
    } else if (what.ssi_signo == SIGUSR2) {
      print(counts_);
    } else {
      stopped_ = true;
    }
  }
}

void sink::accept() {
  for (int descriptor = accept_from(listener_); descriptor >= 0; descriptor = accept_from(listener_)) {
    tls::stream stream{nullptr, SSL_free};
    if (tls_ && (stream = tls_->begin(descriptor)) == nullptr) {
      close(descriptor);
      continue;
    }
    auto begun = std::make_unique<session>(connection(descriptor, std::move(stream)),
                                           options_.deliver.count == 0 ? 1 : options_.deliver.window);
    ++counts_.sessions;
    epoll_event e{EPOLLIN, {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &e);
    serve(*begun, begun->wire.holds_more() ? EPOLLIN : 0U);  // the bind may have been read with the handshake
    sessions_.emplace(descriptor, std::move(begun));
  }
}

// What is due, to the sessions in turn. What finds every window full waits, and counts from when it was due.
void sink::deliver() {
  const std::uint64_t now = bench::now();
  if (receivers_.empty() || deliveries_.next_due() > now) return;
  for (std::size_t full = 0; full < receivers_.size();) {
    session& s = *receivers_[next_receiver_++ % receivers_.size()];
    if (!s.delivered.has_room()) {
      ++full;
    } else if (!deliveries_.deliver(s.wire, s.delivered, now)) {
      break;
    } else {
      full = 0;
    }
  }
  for (session* s : receivers_) {
    s->wire.send();  // when it fails, the next event of the session tells
    watch(*s);
  }
}

// False when the session is over.
bool sink::serve(session& s, std::uint32_t events) {
  connection& wire = s.wire;
  if ((events & ~EPOLLOUT) != 0) {
    do {
      if (!wire.receive()) return false;
      ++counts_.reads;
      for (smpp::octets pdu = wire.next_pdu(); !pdu.empty(); pdu = wire.next_pdu())
        answer(s, pdu);
      if (wire.lost()) {
        ++counts_.errors;
        return false;
      }
    } while (wire.holds_more());
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
    case bind_receiver:
      receivers_.push_back(&s);
      [[fallthrough]];
    case bind_transmitter:
      answer_with_text(s, h, "smsc_sink");
      break;
    case deliver_sm_resp:
      if (!deliveries_.answered(s.delivered, h, now())) ++counts_.errors;
      if (deliveries_.done()) deliveries_.print();
      break;
    case unbind:
      s.unbound = true;
      std::erase(receivers_, &s);
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

}  // namespace bench
