// Accepts senders' connections within the limits and hands each to the least loaded worker.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

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
  void admit(tcp::socket s);

  std::size_t which_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  gate& gate_;
  workers& workers_;
  struct by_address {
    std::mutex mutex;
    std::map<std::string, std::size_t> open;
  };
  std::shared_ptr<by_address> by_address_ = std::make_shared<by_address>();  // outlives the listener's last connection
};

}  // namespace proxy
