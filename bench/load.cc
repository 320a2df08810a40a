#include "bench/load.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <system_error>

namespace bench {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t patience = 10 * second;  // how long to wait for an answer that does not come

volatile std::sig_atomic_t told_to_end = 0;

class load {
 public:
  load(const load_options& o, destinations& to, tally& results);
  ~load() { close(epoll_); }
  load(const load&) = delete;
  load& operator=(const load&) = delete;

  void bind();
  void submit();
  void unbind();
  std::uint64_t in_flight() const;
  std::uint64_t started() const { return started_; }

 private:
  void turn(std::uint64_t wait);
  void fill(load_session& s);
  void send(std::size_t index);
  void offer();
  bool may_submit(std::uint64_t at) const;
  void wait_until(const std::function<bool(const load_session&)>& reached, const std::string& otherwise);

  const load_options& options_;
  destinations& to_;
  tally& results_;
  int epoll_;
  std::vector<std::unique_ptr<load_session>> sessions_;
  std::vector<bool> watching_writes_;
  bool submitting_ = false;
  std::uint64_t started_ = 0, stop_at_ = 0, clock_ = 0;
  std::uint64_t offered_ = 0;     // messages of the schedule that have been submitted
  std::size_t next_session_ = 0;  // whose turn it is, at an offered rate
};

load::load(const load_options& o, destinations& to, tally& results)
    : options_(o),
      to_(to),
      results_(results),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      watching_writes_(o.binds + o.idle) {
  prctl(PR_SET_TIMERSLACK, 1UL);  // wake up when the schedule says, not up to 50 microseconds later
  std::signal(SIGTERM, [](int) { told_to_end = 1; });
  std::optional<tls> secure;
  if (o.over_tls) secure = tls::of_client();
  for (std::uint32_t i = 0; i < o.binds + o.idle; ++i) {
    const int descriptor = connect_to(o.host, o.port);
    tls::stream stream{nullptr, SSL_free};
    if (secure && (stream = secure->begin(descriptor)) == nullptr) throw std::runtime_error("no TLS handshake");
    const bool idle = i >= o.binds;
    sessions_.push_back(std::make_unique<load_session>(connection(descriptor, std::move(stream)),
                                                       (idle ? "idle" : o.system_id) + std::to_string(i + 1),
                                                       idle ? 1 : o.window, o.expected, results));
    epoll_event e{EPOLLIN, {.u64 = i}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, sessions_.back()->descriptor(), &e);
  }
}

void load::bind() {
  for (const auto& s : sessions_)
    s->bind(options_.bind_kind);
  wait_until([](const load_session& s) { return s.condition() == load_session::state::bound; },
             "no answer to the bind");
}

void load::submit() {
  submitting_ = true;
  started_ = clock_ = results_.last_answer = now();
  stop_at_ = options_.seconds > 0 ? started_ + static_cast<std::uint64_t>(options_.seconds * second) : UINT64_MAX;
  if (options_.rate == 0) {
    for (std::size_t i = 0; i < options_.binds; ++i) {
      fill(*sessions_[i]);
      send(i);
    }
  }
  while (results_.errors == 0 && may_submit(clock_)) {
    if (options_.rate > 0) offer();
    const auto due =
        started_ + static_cast<std::uint64_t>(static_cast<double>(offered_) * second / std::max(options_.rate, 1e-9));
    turn(options_.rate > 0 && due > clock_ ? std::min(due, stop_at_) - clock_ : second);
    if (clock_ > results_.last_answer + patience && in_flight() != 0) break;
    if (std::ranges::none_of(sessions_, [](const auto& s) { return s->condition() == load_session::state::bound; }))
      break;
  }
  submitting_ = false;
  wait_until([](const load_session& s) { return s.in_flight() == 0; }, "answers are missing");
}

void load::unbind() {
  for (const auto& s : sessions_) {
    if (s->condition() == load_session::state::bound) s->unbind();
  }
  wait_until([](const load_session& s) { return s.condition() == load_session::state::unbound; },
             "no answer to the unbind");
}

std::uint64_t load::in_flight() const {
  std::uint64_t sum = 0;
  for (const auto& s : sessions_)
    sum += s->in_flight();
  return sum;
}

bool load::may_submit(std::uint64_t at) const {
  return at < stop_at_ && told_to_end == 0 && (options_.messages == 0 || results_.sent < options_.messages);
}

void load::fill(load_session& s) {
  while (s.has_room() && may_submit(clock_))
    s.submit(to_.next(), clock_);
}

// Submits what the schedule says is due, to the binds in turn. What finds every window full keeps its place in the
// schedule: its latency counts from there.
void load::offer() {
  const double interval = second / options_.rate;
  std::size_t full = 0;
  for (;;) {
    const std::uint64_t due = started_ + static_cast<std::uint64_t>(static_cast<double>(offered_) * interval);
    if (due > clock_ || !may_submit(clock_) || full == options_.binds) break;
    load_session& s = *sessions_[next_session_];
    next_session_ = (next_session_ + 1) % options_.binds;
    if (!s.has_room()) {
      ++full;
      continue;
    }
    full = 0;
    s.submit(to_.next(), due);
    ++offered_;
  }
  for (std::size_t i = 0; i < options_.binds; ++i) {
    if (sessions_[i]->wants_to_write()) send(i);
  }
}

void load::send(std::size_t index) {
  load_session& s = *sessions_[index];
  s.send();
  if (s.condition() == load_session::state::failed) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, s.descriptor(), nullptr);
  } else if (s.wants_to_write() != watching_writes_[index]) {
    watching_writes_[index] = s.wants_to_write();
    epoll_event e{EPOLLIN | (s.wants_to_write() ? EPOLLOUT : 0U), {.u64 = index}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, s.descriptor(), &e);
  }
}

// Waits up to `wait` nanoseconds for answers, takes them, and refills the windows they have opened.
void load::turn(std::uint64_t wait) {
  epoll_event events[64];
  const timespec timeout{static_cast<time_t>(wait / second), static_cast<long>(wait % second)};
  const int ready = epoll_pwait2(epoll_, events, 64, &timeout, nullptr);
  if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
  clock_ = now();
  for (int i = 0; i < ready; ++i) {
    const std::size_t index = events[i].data.u64;
    load_session& s = *sessions_[index];
    if ((events[i].events & ~EPOLLOUT) != 0) s.receive();
    if (submitting_ && options_.rate == 0 && index < options_.binds) {
      clock_ = now();
      fill(s);
    }
    send(index);
  }
}

void load::wait_until(const std::function<bool(const load_session&)>& reached, const std::string& otherwise) {
  const std::uint64_t give_up = now() + patience;
  for (;;) {
    const auto waiting = std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& s) {
      return s->condition() != load_session::state::failed && !reached(*s);
    });
    if (waiting == 0) return;
    if (now() > give_up)
      return results_.error(otherwise + " on " + std::to_string(waiting) + " binds after 10 seconds");
    turn(second / 10);
  }
}

}  // namespace

load_result run_load(const load_options& o, destinations& to) {
  load_result result;
  load work(o, to, result.counts);
  work.bind();
  if (result.counts.errors != 0) return result;
  const double cpu_before = cpu_seconds();
  work.submit();
  result.cpu_seconds = cpu_seconds() - cpu_before;
  result.seconds = static_cast<double>(result.counts.last_answer - work.started()) / second;
  if (work.in_flight() != 0) result.counts.error(std::to_string(work.in_flight()) + " messages were never answered");
  work.unbind();
  return result;
}

}  // namespace bench
