// The gate's listeners: those of the configuration, as it is now.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "proxy/server/listening_shell.h"

namespace proxy {

// Lives on the thread of `io`.
class own_listeners {
 public:
  own_listeners(boost::asio::io_context& io, gate& g);

  // Those that are new begin, those that are gone or changed unbind.
  void use(std::shared_ptr<const policy> p);
  void stop();
  bool all_away() const { return running_.empty(); }

 private:
  void tick();
  void begin_those_missing();

  boost::asio::io_context& io_;
  gate& gate_;
  boost::asio::steady_timer timer_;
  std::vector<std::shared_ptr<listening_shell>> running_;
  bool stopping_ = false;
};

}  // namespace proxy
