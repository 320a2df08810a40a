// Accepts senders' connections within the limits and hands each to the least loaded worker.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "proxy/server/proxy_greeting.h"
#include "proxy/server/service_manager.h"
#include "proxy/server/worker.h"

namespace proxy {

class smpp_listener {
 public:
  using workers = std::vector<std::unique_ptr<worker>>;

  // Throws std::runtime_error with what to do when the address cannot be listened on.
  // `which` of the configuration's listeners.
  smpp_listener(boost::asio::io_context& io, const endpoint& address, std::size_t which, gate& g, workers& w,
                inherited_sockets& inherited);
  void start();
  void stop();

 private:
  void accept();
  using place = std::shared_ptr<std::atomic<std::size_t>>;  // among all connections, as long as it lives
  void admit(tcp::socket s);
  void greet(tcp::socket s, const std::string& address, std::uint16_t port, place counted);
  void admit_from(tcp::socket s, const std::string& address, std::uint16_t port, place counted);

  std::size_t which_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  gate& gate_;
  workers& workers_;
  std::set<std::shared_ptr<proxy_greeting>> greetings_;
  struct by_address {
    std::mutex mutex;
    std::map<std::string, std::size_t> open;
  };
  std::shared_ptr<by_address> by_address_ = std::make_shared<by_address>();  // outlives the listener's last connection
};

}  // namespace proxy
