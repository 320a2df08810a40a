#include "proxy/server/proxy_greeting.h"

namespace proxy {

using boost::system::error_code;

namespace {

constexpr std::size_t at_once = 1024;

}  // namespace

proxy_greeting::proxy_greeting(tcp::socket s) : socket_(std::move(s)), timer_(socket_.get_executor()) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
}

void proxy_greeting::start(std::chrono::milliseconds timeout, handler done) {
  done_ = std::move(done);
  timer_.expires_after(timeout);
  timer_.async_wait([self = shared_from_this()](error_code cancelled) {
    if (!cancelled) self->finish({}, "no PROXY header in time");
  });
  wait();
}

void proxy_greeting::cancel() {
  done_ = nullptr;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void proxy_greeting::wait() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code ec) {
    if (!self->done_) return;
    ec ? self->finish({}, ec.message()) : self->look();
  });
}

// Looks at what is there, and takes out of it what belongs to the header.
void proxy_greeting::look() {
  const std::size_t taken = seen_.size();
  seen_.resize(taken + at_once);
  const auto room = boost::asio::buffer(seen_.data() + taken, at_once);
  error_code ec;
  const std::size_t there = socket_.receive(room, tcp::socket::message_peek, ec);
  seen_.resize(taken + (ec ? 0 : there));
  if (ec == boost::asio::error::would_block) return wait();
  if (ec == boost::asio::error::eof && seen_.empty()) return finish({}, "");
  if (ec) return finish({}, "closed in the middle of the PROXY header");
  const proxy_header h = read_proxy_header(seen_);
  if (h.status == proxy_header::state::malformed) return finish(h, "no PROXY header");
  const bool complete = h.status == proxy_header::state::complete;
  socket_.receive(boost::asio::buffer(seen_.data() + taken, (complete ? h.length : seen_.size()) - taken), 0, ec);
  if (ec) return finish({}, ec.message());
  complete ? finish(h, "") : wait();
}

void proxy_greeting::finish(const proxy_header& h, const std::string& wrong) {
  if (!done_) return;
  timer_.cancel();
  const handler done = std::exchange(done_, nullptr);
  error_code ignored;
  if (h.status != proxy_header::state::complete) socket_.close(ignored);
  done(std::move(socket_), h, wrong);
}

}  // namespace proxy
