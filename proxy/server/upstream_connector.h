// Finds an upstream for a bind: each is tried in the order of the configuration, each of its addresses in turn.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "proxy/config/config.h"
#include "proxy/observe/metrics.h"
#include "proxy/server/stream.h"

namespace proxy {

class upstream_connector : public std::enable_shared_from_this<upstream_connector> {
 public:
  // `found` gets the connection, after its TLS handshake if there is one, and its upstream, or nullptr when none can be
  // reached. It is not called after cancel().
  using handler = std::function<void(stream, const upstream*)>;

  upstream_connector(boost::asio::io_context& io, std::vector<upstream> upstreams, std::chrono::milliseconds timeout,
                     metrics& m);
  void start(handler found);
  void cancel();

 private:
  void try_next();
  void try_addresses(const tcp::resolver::results_type& addresses);
  void greet(const upstream& connected);
  void reached();
  void failed(const std::string& why);

  boost::asio::io_context& io_;
  std::vector<upstream> upstreams_;
  std::chrono::milliseconds timeout_;
  metrics& metrics_;
  handler found_;
  tcp::resolver resolver_;
  stream wire_;
  boost::asio::steady_timer timer_;
  std::size_t next_ = 0;
  bool late_ = false;  // the one that is being tried has had its time
};

}  // namespace proxy
