// What systemd, or whatever starts the gate, hands to it and hears from it: sd_listen_fds(3) and sd_notify(3), which
// are environment variables and a datagram.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace proxy {

// Listening sockets that outlive the process: while no gate runs, connections wait in them.
class inherited_sockets {
 public:
  // Those of LISTEN_FDS, when LISTEN_PID is this process. Throws std::runtime_error for one that is no TCP listener.
  inherited_sockets();
  ~inherited_sockets();  // closes what nobody took
  inherited_sockets(const inherited_sockets&) = delete;
  inherited_sockets& operator=(const inherited_sockets&) = delete;

  // The one that listens there.
  std::optional<int> take(const boost::asio::ip::tcp::endpoint& at);
  // The addresses of those that nobody took; empty: all were.
  std::string left() const;

 private:
  std::map<boost::asio::ip::tcp::endpoint, int> by_address_;
};

// `state` is READY=1 or STOPPING=1; nothing happens when nobody listens.
void notify_service_manager(std::string_view state);

}  // namespace proxy
