// A connection that a balancer hands on, until its PROXY header has been read: that and nothing beyond it, so that what
// follows, TLS or not, is still in the socket.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "proxy/server/proxy_header.h"
#include "proxy/server/tcp.h"

namespace proxy {

class proxy_greeting : public std::enable_shared_from_this<proxy_greeting> {
 public:
  // Gets the socket and a complete header; or what is wrong, the socket closed: a malformed header, one that did not
  // come in time, or a peer that hung up in the middle of it. One that hung up before it said anything is nothing:
  // empty.
  using handler = std::function<void(tcp::socket, const proxy_header&, const std::string& wrong)>;

  explicit proxy_greeting(tcp::socket s);
  void start(std::chrono::milliseconds timeout, handler done);
  void cancel();  // closes; the handler is not called any more

 private:
  void wait();
  void look();
  void finish(const proxy_header& h, const std::string& wrong);

  tcp::socket socket_;
  boost::asio::steady_timer timer_;
  handler done_;
  std::vector<std::uint8_t> seen_;  // and taken out of the socket
};

}  // namespace proxy
