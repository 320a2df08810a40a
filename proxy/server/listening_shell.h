// The socket of one listener: connects when no sender receives, moves the octets, goes when a sender comes.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "proxy/server/gate.h"
#include "proxy/server/receive_buffer.h"
#include "proxy/server/stream.h"
#include "proxy/server/tapping.h"
#include "proxy/server/upstream_connector.h"
#include "proxy/session/listening_session.h"

namespace proxy {

// Lives on the thread of `io`.
class listening_shell : public listening_host, public std::enable_shared_from_this<listening_shell> {
 public:
  listening_shell(boost::asio::io_context& io, listener_config c, gate& g, std::uint32_t seed);
  void start();
  void tick();
  void stop();  // unbinds, and stays away
  void use(std::shared_ptr<const policy> p);
  bool over() const { return stopped_ && session_.away(); }
  const listener_config& settings() const { return session_.settings(); }

  void record(reply r, std::uint32_t ticket) override;
  bool keep(smpp::octets pdu, store::number about, std::uint32_t ticket) override;

 private:
  void turn();
  void connect();
  void read();
  void show(pcapng::direction d, smpp::octets octets, moment now);
  void write(moment now);
  void close();
  void lost();
  void follow_wish(moment now);
  using outcome = void (listening_session::*)(std::uint32_t ticket, bool on_disk, moment now);
  std::function<void(bool)> told(outcome what, std::uint32_t ticket);
  const std::string& system_id() const { return session_.settings().system_id; }

  boost::asio::io_context& io_;
  gate& gate_;
  listening_session session_;
  wire_tap tap_;
  stream wire_;
  receive_buffer in_;
  smpp::buffer writing_;
  bool reading_ = false;
  bool write_pending_ = false;
  unsigned connection_ = 0;  // what an earlier one still had under way concerns nobody
  std::optional<std::chrono::steady_clock::time_point> closing_since_;
  std::shared_ptr<upstream_connector> connector_;
  upstream_health::place place_;
  bool stopped_ = false;
};

}  // namespace proxy
