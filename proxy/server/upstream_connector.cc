#include "proxy/server/upstream_connector.h"

#include <boost/asio/connect.hpp>

#include "proxy/observe/log.h"

namespace proxy {

using boost::system::error_code;

upstream_connector::upstream_connector(boost::asio::io_context& io, std::vector<upstream> upstreams,
                                       std::chrono::milliseconds timeout, metrics& m)
    : io_(io),
      upstreams_(std::move(upstreams)),
      timeout_(timeout),
      metrics_(m),
      resolver_(io),
      socket_(io),
      timer_(io) {}

void upstream_connector::start(handler found) {
  found_ = std::move(found);
  try_next();
}

void upstream_connector::cancel() {
  found_ = nullptr;
  timer_.cancel();
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void upstream_connector::try_next() {
  if (!found_) return;
  if (next_ == upstreams_.size()) return std::exchange(found_, nullptr)(tcp::socket(io_), nullptr);
  const endpoint& to = upstreams_[next_].address;
  socket_ = tcp::socket(io_);
  late_ = false;
  timer_.expires_after(timeout_);
  // It may have run out in the moment in which its upstream failed or answered: then it means nothing any more.
  timer_.async_wait([self = shared_from_this(), tried = next_](error_code cancelled) {
    if (cancelled || !self->found_ || tried != self->next_) return;
    self->late_ = true;
    self->resolver_.cancel();
    error_code ignored;
    self->socket_.close(ignored);
  });
  resolver_.async_resolve(to.host, std::to_string(to.port),
                          [self = shared_from_this()](error_code ec, const tcp::resolver::results_type& addresses) {
                            ec || self->late_ ? self->failed(ec.message()) : self->try_addresses(addresses);
                          });
}

void upstream_connector::try_addresses(const tcp::resolver::results_type& addresses) {
  boost::asio::async_connect(socket_, addresses, [self = shared_from_this()](error_code ec, const tcp::endpoint&) {
    if (ec || self->late_) return self->failed(ec.message());
    self->timer_.cancel();
    if (!self->found_) return;
    const upstream& reached = self->upstreams_[self->next_];
    self->metrics_.set_upstream_up(to_string(reached.address), true);
    std::exchange(self->found_, nullptr)(std::move(self->socket_), &reached);
  });
}

void upstream_connector::failed(const std::string& why) {
  timer_.cancel();
  if (!found_) return;
  const std::string address = to_string(upstreams_[next_].address);
  metrics_.set_upstream_up(address, false);
  log(log_level::warning, "upstream not reachable",
      {{"upstream", address}, {"error", late_ ? "no answer in time" : why}});
  ++next_;
  try_next();
}

}  // namespace proxy
