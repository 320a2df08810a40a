// A thread with its connections: both legs of a session live on one worker.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <set>
#include <thread>
#include <vector>

#include "proxy/server/session_shell.h"

namespace proxy {

class worker {
 public:
  explicit worker(gate& g);
  ~worker();  // stop()

  // From any thread. With a context, the sender speaks TLS.
  void adopt(tcp::socket::native_handle_type esme, const tcp& protocol, std::shared_ptr<const tls_context> tls,
             std::string peer, std::function<void()> ended);
  void use(std::shared_ptr<const policy> p);
  void drain();
  // Ends the thread; what is still open is dropped. Afterwards nothing more comes for the journal.
  void stop();
  // Hands what has been decided so far to the store, then calls done() on the worker's thread.
  void hand_over_journal(std::function<void()> done);
  std::size_t load() const { return load_; }

 private:
  void tick();
  void hold(const std::shared_ptr<session_shell>& c);

  gate& gate_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer flush_timer_;
  std::vector<std::shared_ptr<session_shell>> held_;
  batched_histogram submit_seconds_;
  journal_sink journal_;
  std::set<std::shared_ptr<session_shell>> connections_;
  std::atomic<std::size_t> load_{0};
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace proxy
