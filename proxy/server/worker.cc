#include "proxy/server/worker.h"

#include <boost/asio/post.hpp>

namespace proxy {
namespace {

constexpr std::chrono::milliseconds tick_interval{250};
constexpr std::chrono::milliseconds hold_at_most{1};

}  // namespace

worker::worker(gate& g)
    : gate_(g),
      work_(io_.get_executor()),
      timer_(io_),
      flush_timer_(io_),
      submit_seconds_(g.metrics.submit_seconds()),
      journal_(*g.store),
      thread_([this] { io_.run(); }) {
  boost::asio::post(io_, [this] { tick(); });
}

worker::~worker() {
  stop();
}

void worker::stop() {
  if (!thread_.joinable()) return;
  io_.stop();
  thread_.join();
  for (const auto& c : connections_)
    c->give_up();
  journal_.hand_over();
}

void worker::hand_over_journal(std::function<void()> done) {
  boost::asio::post(io_, [this, done = std::move(done)] {
    journal_.hand_over();
    done();
  });
}

void worker::adopt(tcp::socket::native_handle_type esme, const tcp& protocol, std::shared_ptr<const tls_context> tls,
                   std::string peer, std::function<void()> ended) {
  ++load_;
  boost::asio::post(
      io_, [this, esme, protocol, tls = std::move(tls), peer = std::move(peer), ended = std::move(ended)]() mutable {
        tcp::socket socket(io_, protocol, esme);
        prepare(socket);
        stream wire = tls ? stream(std::move(socket), *tls) : stream(std::move(socket));
        session_shell::callbacks callbacks;
        callbacks.ended = [this, ended = std::move(ended)](const std::shared_ptr<session_shell>& c) {
          connections_.erase(c);
          --load_;
          ended();
        };
        callbacks.held = [this](const std::shared_ptr<session_shell>& c) { hold(c); };
        const auto made = std::make_shared<session_shell>(io_, std::move(wire), std::move(peer), gate_, submit_seconds_,
                                                          journal_, std::move(callbacks));
        connections_.insert(made);
        draining_ ? made->drain() : made->start();
      });
}

void worker::tick() {
  // A connection that ends leaves the set while it is walked.
  const std::vector<std::shared_ptr<session_shell>> now_open(connections_.begin(), connections_.end());
  for (const auto& c : now_open)
    c->tick();
  journal_.tick();
  timer_.expires_after(tick_interval);
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) tick();
  });
}

void worker::hold(const std::shared_ptr<session_shell>& c) {
  held_.push_back(c);
  if (held_.size() > 1) return;
  flush_timer_.expires_after(hold_at_most);
  flush_timer_.async_wait([this](boost::system::error_code stopped) {
    if (stopped) return;
    const std::vector<std::shared_ptr<session_shell>> waiting = std::exchange(held_, {});
    for (const auto& shell : waiting)
      shell->flush();
  });
}

void worker::use(std::shared_ptr<const policy> p) {
  boost::asio::post(io_, [this, p = std::move(p)] {
    for (const auto& c : connections_)
      c->use(p);
  });
}

void worker::drain() {
  boost::asio::post(io_, [this] {
    draining_ = true;
    const std::vector<std::shared_ptr<session_shell>> now_open(connections_.begin(), connections_.end());
    for (const auto& c : now_open)
      c->drain();
  });
}

}  // namespace proxy
