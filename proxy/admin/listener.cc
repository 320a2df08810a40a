#include "proxy/admin/listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "proxy/observe/log.h"

namespace proxy {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

[[noreturn]] void fail(const endpoint& address, const boost::system::error_code& error) {
  std::string advice;
  if (error == asio::error::address_in_use) advice = ": stop what listens there, or choose another address";
  if (error == asio::error::access_denied) advice = ": ports below 1024 need a privilege; choose another";
  throw std::runtime_error("admin.address " + to_string(address) + ": cannot listen (" + error.message() + ")" +
                           advice);
}

tcp::acceptor open(asio::io_context& context, const endpoint& address) {
  std::string host = address.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, std::to_string(address.port), tcp::resolver::passive, error);
  if (error) fail(address, error);
  const tcp::endpoint where = found.begin()->endpoint();
  tcp::acceptor acceptor(context);
  acceptor.open(where.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(where, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail(address, error);
  return acceptor;
}

// Best effort, without waiting: the peer may not read.
void turn_away(tcp::socket socket) {
  static constexpr std::string_view text =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(asio::buffer(text.data(), text.size()), 0, ignored);
}

}  // namespace

listener::listener(asio::io_context& context, const endpoint& address, const router& routes, const access_log& access,
                   std::function<std::shared_ptr<upload>()> new_upload, connection_limits limits)
    : context_(context),
      acceptor_(open(context, address)),
      timer_(context),
      routes_(routes),
      access_(access),
      new_upload_(std::move(new_upload)),
      limits_(limits),
      port_(acceptor_.local_endpoint().port()) {}

void listener::start() {
  asio::co_spawn(context_, accept(), [](const std::exception_ptr& e) {
    if (e) log(log_level::error, "the admin API accepts no more connections");
  });
}

void listener::stop(std::chrono::milliseconds patience) {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  const auto all = connections_;
  for (const auto& c : all)
    c->finish();
  if (connections_.empty()) return;
  timer_.expires_after(patience);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    for (const auto& c : connections_)
      c->cut();
  });
}

asio::awaitable<void> listener::accept() {
  constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
  while (acceptor_.is_open()) {
    auto accepting = acceptor_.async_accept(as_result);
    auto [error, socket] = co_await std::move(accepting);
    if (!acceptor_.is_open()) co_return;
    if (!error) {
      take(std::move(socket));
      continue;
    }
    log(log_level::warning, "the admin API cannot accept a connection", {{"error", error.message()}});
    timer_.expires_after(std::chrono::milliseconds(100));  // out of descriptors: others may free some
    auto pause = timer_.async_wait(as_result);
    co_await std::move(pause);
  }
}

void listener::take(tcp::socket socket) {
  if (connections_.size() >= max_connections) return turn_away(std::move(socket));
  auto c = std::make_shared<connection>(std::move(socket), routes_, access_, new_upload_, limits_);
  connections_.push_back(c);
  asio::co_spawn(context_, connection::serve(c), [this, c](const std::exception_ptr& e) {
    if (e) log(log_level::error, "an admin connection ended by an exception");
    c->cut();
    forget(c);
  });
}

void listener::forget(const std::shared_ptr<connection>& c) {
  connections_.remove(c);
  if (connections_.empty() && !acceptor_.is_open()) timer_.cancel();
}

}  // namespace proxy
