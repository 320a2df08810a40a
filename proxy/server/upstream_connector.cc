#include "proxy/server/upstream_connector.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>

#include "proxy/observe/log.h"

namespace proxy {

using boost::system::error_code;

upstream_connector::upstream_connector(boost::asio::io_context& io, std::vector<upstream> upstreams,
                                       std::chrono::milliseconds timeout, upstream_health& health, metrics& m)
    : io_(io),
      upstreams_(std::move(upstreams)),
      timeout_(timeout),
      health_(health),
      metrics_(m),
      resolver_(io),
      wire_(tcp::socket(io)),
      timer_(io) {}

void upstream_connector::start(handler found) {
  found_ = std::move(found);
  try_next();
}

void upstream_connector::cancel() {
  found_ = nullptr;
  timer_.cancel();
  resolver_.cancel();
  wire_.close();
}

void upstream_connector::try_next() {
  if (!found_) return;
  if (next_ == upstreams_.size()) {
    return boost::asio::post(io_, [self = shared_from_this()] {
      if (self->found_) std::exchange(self->found_, nullptr)(stream(tcp::socket(self->io_)), nullptr);
    });
  }
  const endpoint& to = upstreams_[next_].address;
  place_ = health_.take_place(to);
  wire_ = stream(tcp::socket(io_));
  late_ = false;
  timer_.expires_after(timeout_);
  // It may have run out in the moment in which its upstream failed or answered: then it means nothing any more.
  timer_.async_wait([self = shared_from_this(), tried = next_](error_code cancelled) {
    if (cancelled || !self->found_ || tried != self->next_) return;
    self->late_ = true;
    self->resolver_.cancel();
    self->wire_.close();
  });
  resolver_.async_resolve(to.host, std::to_string(to.port),
                          [self = shared_from_this()](error_code ec, const tcp::resolver::results_type& addresses) {
                            ec || self->late_ ? self->failed(ec.message()) : self->try_addresses(addresses);
                          });
}

void upstream_connector::try_addresses(const tcp::resolver::results_type& addresses) {
  boost::asio::async_connect(wire_.socket(), addresses, [self = shared_from_this()](error_code ec, const auto&) {
    if (ec || self->late_) return self->failed(ec.message());
    if (!self->found_) return;
    prepare(self->wire_.socket());
    const upstream& connected = self->upstreams_[self->next_];
    connected.tls ? self->greet(connected) : self->reached();
  });
}

void upstream_connector::greet(const upstream& connected) {
  wire_ = stream(std::move(wire_.socket()), *connected.tls->context);
  wire_.tls().async_handshake([self = shared_from_this()](error_code ec) {
    if (!ec && !self->late_) return self->reached();
    if (!self->found_) return;
    self->metrics_.tls_failures(leg::smsc).Increment();
    self->failed("TLS: " + self->wire_.tls().failure());
  });
}

void upstream_connector::reached() {
  timer_.cancel();
  if (!found_) return;
  const upstream& u = upstreams_[next_++];
  health_.reached(u.address);
  std::exchange(found_, nullptr)(std::move(wire_), &u);
}

void upstream_connector::failed(const std::string& why) {
  timer_.cancel();
  if (!found_) return;
  place_.reset();
  const std::string address = to_string(upstreams_[next_].address);
  health_.failed(upstreams_[next_].address, std::chrono::steady_clock::now());
  log(log_level::warning, "upstream not reachable",
      {{"upstream", address}, {"error", late_ ? "no answer in time" : why}});
  ++next_;
  try_next();
}

}  // namespace proxy
