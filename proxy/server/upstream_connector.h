// Finds an upstream for a bind: each is tried in the order given, each of its addresses in turn. start() again goes on
// with the next one, when what was found has come to nothing.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "proxy/config/config.h"
#include "proxy/observe/metrics.h"
#include "proxy/server/stream.h"
#include "proxy/server/upstream_health.h"

namespace proxy {

class upstream_connector : public std::enable_shared_from_this<upstream_connector> {
 public:
  // `found` gets the connection, after its TLS handshake if there is one, and its upstream, or nullptr when none can be
  // reached. It is not called after cancel().
  using handler = std::function<void(stream, const upstream*)>;

  upstream_connector(boost::asio::io_context& io, std::vector<upstream> upstreams, std::chrono::milliseconds timeout,
                     upstream_health& health, metrics& m);
  void start(handler found);
  void cancel();
  // Of what was found last: the session's place among those of its upstream.
  upstream_health::place take_place() { return std::move(place_); }

 private:
  void try_next();
  void try_addresses(const tcp::resolver::results_type& addresses);
  void greet(const upstream& connected);
  void reached();
  void failed(const std::string& why);

  boost::asio::io_context& io_;
  std::vector<upstream> upstreams_;
  std::chrono::milliseconds timeout_;
  upstream_health& health_;
  upstream_health::place place_;
  metrics& metrics_;
  handler found_;
  tcp::resolver resolver_;
  stream wire_;
  boost::asio::steady_timer timer_;
  std::size_t next_ = 0;
  bool late_ = false;  // the one that is being tried has had its time
};

}  // namespace proxy
