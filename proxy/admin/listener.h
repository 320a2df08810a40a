// The listening socket of the admin API and the connections it accepted.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>

#include "proxy/admin/connection.h"
#include "proxy/config/config.h"

namespace proxy {

class listener {
 public:
  static constexpr std::size_t max_connections = 256;

  // Binds; throws std::runtime_error with what to do. All members belong to the context's thread once it runs.
  listener(boost::asio::io_context& context, const endpoint& address, const router& routes, const access_log& access,
           std::function<std::shared_ptr<upload>()> new_upload, connection_limits limits);

  void start();
  // No more connections; those there end after the answer under way, after `patience` in any case.
  void stop(std::chrono::milliseconds patience);
  std::uint16_t port() const { return port_; }

 private:
  boost::asio::awaitable<void> accept();
  void take(boost::asio::ip::tcp::socket socket);
  void forget(const std::shared_ptr<connection>& c);

  boost::asio::io_context& context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;  // the pause after a failed accept; when stopping, how long connections may take
  const router& routes_;
  const access_log& access_;
  std::function<std::shared_ptr<upload>()> new_upload_;
  connection_limits limits_;
  std::uint16_t port_ = 0;
  std::list<std::shared_ptr<connection>> connections_;
};

}  // namespace proxy
