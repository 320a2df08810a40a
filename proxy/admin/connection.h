// One HTTP connection: requests one after the other, each read within its limits, routed, and answered.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <memory>

#include "proxy/admin/access_log.h"
#include "proxy/admin/router.h"

namespace proxy {

struct connection_limits {
  std::chrono::milliseconds timeout{
      30000};  // for a head, a JSON body, a piece of an upload, a piece of an answer, and between requests
  std::uint32_t head_octets = 16U * 1024U;
  std::uint64_t json_octets = std::uint64_t{1024} * 1024U;
};

class connection : public std::enable_shared_from_this<connection> {
 public:
  // `new_upload` makes the file that an upload goes into. What the references name outlives the connection.
  connection(boost::asio::ip::tcp::socket socket, const router& routes, const access_log& access,
             const std::function<std::shared_ptr<upload>()>& new_upload, connection_limits limits);

  // The connection's life; ends with its end.
  static boost::asio::awaitable<void> serve(std::shared_ptr<connection> self);

  void finish();  // closes at once when no request is under way, else after its answer
  void cut();     // closes at once

 private:
  using head_parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  // Each returns whether the connection goes on.
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<answer> answer_to(head_parser& head, matched& m);
  boost::asio::awaitable<answer> recorded(const matched& m, answer a);
  boost::asio::awaitable<std::optional<answer>> read_body(head_parser& head, matched& m);
  boost::asio::awaitable<std::optional<answer>> read_json(head_parser& head, request& r);
  boost::asio::awaitable<std::optional<answer>> read_upload(head_parser& head, request& r);
  boost::asio::awaitable<bool> send(answer a, unsigned version, bool only_head, bool keep_alive);
  boost::asio::awaitable<bool> send_rest(answer a, bool chunked);
  boost::asio::awaitable<void> wait_a_moment();
  boost::asio::awaitable<bool> write(std::string octets);
  boost::asio::awaitable<void> send_continue(const head_parser& head);
  boost::asio::awaitable<void> linger();
  void restart_clock() { stream_.expires_after(limits_.timeout); }

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  const router& routes_;
  const access_log& access_;
  const std::function<std::shared_ptr<upload>()>& new_upload_;
  connection_limits limits_;
  bool busy_ = false;  // a request is under way
  bool finishing_ = false;
  bool body_unread_ = false;  // what follows in the stream is no request: this is the last answer
};

}  // namespace proxy
