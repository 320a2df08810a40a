#include "proxy/server/smpp_listener.h"

#include <algorithm>
#include <stdexcept>

#include "proxy/observe/log.h"

namespace proxy {

using boost::system::error_code;

smpp_listener::smpp_listener(boost::asio::io_context& io, const endpoint& address, std::size_t which, gate& g,
                             workers& w, inherited_sockets& inherited)
    : which_(which), acceptor_(io), retry_(io), gate_(g), workers_(w) {
  try {
    const tcp::endpoint at = *tcp::resolver(io).resolve(address.host, std::to_string(address.port)).begin();
    if (const auto ready = inherited.take(at)) {
      acceptor_.assign(at.protocol(), *ready);
      return;
    }
    acceptor_.open(at.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(at);
    acceptor_.listen(4096);
  } catch (const boost::system::system_error& e) {
    throw std::runtime_error("cannot listen on " + to_string(address) + ": " + e.code().message() +
                             "; free the port or change `listen` in the configuration");
  }
}

void smpp_listener::start() {
  accept();
}

void smpp_listener::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
  for (const auto& g : std::exchange(greetings_, {}))
    g->cancel();
}

void smpp_listener::accept() {
  acceptor_.async_accept([this](error_code ec, tcp::socket s) {
    if (ec == boost::asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (!ec) {
      admit(std::move(s));
      return accept();
    }
    // Out of file descriptors, most likely: the connections that wait in the queue stay there.
    log(log_level::error, "cannot accept a connection", {{"error", ec.message()}});
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([this](error_code stopped) {
      if (!stopped) accept();
    });
  });
}

void smpp_listener::admit(tcp::socket s) {
  error_code ec;
  const tcp::endpoint peer = s.remote_endpoint(ec);
  if (ec) return;
  const std::string address = peer.address().to_string();
  const auto p = gate_.policy.load();
  if (gate_.connections >= std::min<std::size_t>(p->settings().limits.max_connections, gate_.most_connections))
    return gate_.metrics.count_limit("connections");
  ++gate_.connections;
  place counted(&gate_.connections, [](std::atomic<std::size_t>* connections) { --*connections; });
  if (p->settings().listen.at(which_).proxy_protocol) {
    greet(std::move(s), address, peer.port(), std::move(counted));
  } else {
    admit_from(std::move(s), address, peer.port(), std::move(counted));
  }
}

// The address that a balancer names counts, its own only when it names none.
void smpp_listener::greet(tcp::socket s, const std::string& address, std::uint16_t port, place counted) {
  const auto greeting = std::make_shared<proxy_greeting>(std::move(s));
  greetings_.insert(greeting);
  greeting->start(gate_.policy.load()->settings().limits.bind_timeout,
                  [this, weak = std::weak_ptr(greeting), address, port, counted = std::move(counted)](
                      tcp::socket greeted, const proxy_header& h, const std::string& wrong) {
                    greetings_.erase(weak.lock());
                    if (h.status == proxy_header::state::complete) {
                      const bool named = !h.address.empty();
                      return admit_from(std::move(greeted), named ? h.address : address, named ? h.port : port,
                                        counted);
                    }
                    if (wrong.empty()) return;
                    gate_.metrics.count_limit("no_proxy_header");
                    log(log_level::warning, "no PROXY header from a balancer",
                        {{"peer", address + ":" + std::to_string(port)}, {"error", wrong}});
                  });
}

void smpp_listener::admit_from(tcp::socket s, const std::string& address, std::uint16_t port, place counted) {
  const auto p = gate_.policy.load();
  const limits_config& limits = p->settings().limits;
  {
    const std::lock_guard lock(by_address_->mutex);
    const auto known = by_address_->open.find(address);
    const std::size_t open = known == by_address_->open.end() ? 0 : known->second;
    if (limits.max_connections_per_address != 0 && open >= limits.max_connections_per_address) {
      return gate_.metrics.count_limit("connections_per_address");
    }
    by_address_->open[address] = open + 1;
  }
  error_code ec;
  const tcp protocol = s.local_endpoint(ec).protocol();
  worker& least_loaded = **std::ranges::min_element(workers_, {}, [](const auto& w) { return w->load(); });
  const std::optional<tls_config>& tls = p->settings().listen.at(which_).tls;
  least_loaded.adopt(s.release(), protocol, tls ? tls->context : nullptr, address + ":" + std::to_string(port),
                     [counted = std::move(counted), counts = by_address_, address]() mutable {
                       counted.reset();
                       const std::lock_guard lock(counts->mutex);
                       if (--counts->open[address] == 0) counts->open.erase(address);
                     });
}

}  // namespace proxy
