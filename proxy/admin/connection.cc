#include "proxy/admin/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>

#include "proxy/admin/problem.h"
#include "proxy/observe/log.h"

namespace proxy {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string_view view(boost::beast::string_view s) {
  return {s.data(), s.size()};
}

// The answer to a head that cannot be read; nothing when there is nobody to answer.
std::optional<answer> answer_to_broken(const boost::system::error_code& error) {
  if (error == http::error::header_limit)
    return problem(431, "the request line and header fields together are longer than 16 KiB");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() != http::make_error_code(http::error::bad_target).category()) return std::nullopt;
  return problem(400, "this is not HTTP/1.1: " + error.message());
}

// Where the answer of a resource is waited for: whichever thread gives it, it is made and taken up on the connection's.
asio::awaitable<answer> ask(const route& to, const request& r) {
  const auto executor = co_await asio::this_coro::executor;
  auto initiate = [&](auto&& completion) {
    auto waiting = std::make_shared<std::decay_t<decltype(completion)>>(std::forward<decltype(completion)>(completion));
    to.handle(r, [waiting, executor](std::function<answer()> make) {
      asio::post(executor, [waiting, make = std::move(make)] { (*waiting)(make()); });
    });
  };
  auto asked = asio::async_initiate<const asio::use_awaitable_t<>, void(answer)>(initiate, asio::use_awaitable);
  answer a = co_await std::move(asked);
  co_return a;
}

}  // namespace

connection::connection(asio::ip::tcp::socket socket, const router& routes, const access_log& access,
                       const std::function<std::shared_ptr<upload>()>& new_upload, connection_limits limits)
    : stream_(std::move(socket)), routes_(routes), access_(access), new_upload_(new_upload), limits_(limits) {}

asio::awaitable<void> connection::serve(std::shared_ptr<connection> self) {
  bool goes_on = true;
  while (goes_on) {
    auto one = self->serve_one();
    goes_on = co_await std::move(one);
  }
  self->cut();
}

void connection::finish() {
  finishing_ = true;
  if (!busy_) cut();
}

void connection::cut() {
  stream_.close();
}

asio::awaitable<bool> connection::serve_one() {
  head_parser head;
  head.header_limit(limits_.head_octets);
  head.body_limit(boost::none);  // checked when it is known which body it is
  restart_clock();
  busy_ = buffer_.size() > 0;
  auto reading = http::async_read_header(stream_, buffer_, head, as_result);
  auto [error, octets] = co_await std::move(reading);
  busy_ = true;
  if (error) {
    auto broken = answer_to_broken(error);
    if (!broken) co_return false;
    body_unread_ = true;
    auto sending = send(std::move(*broken), 11, false, false);
    co_return co_await std::move(sending);
  }
  const auto& h = head.get();
  // Taken now: reading the body moves the head away.
  const unsigned version = h.version();
  const bool only_head = h.method() == http::verb::head;
  const bool asked_to_stay = h.keep_alive();
  auto found = routes_.find({view(h.method_string()), view(h.target()), view(h[http::field::authorization]),
                             view(h[http::field::content_type])});
  body_unread_ = !head.is_done();
  answer a;
  if (found.refused) {
    a = std::move(*found.refused);
  } else {
    auto answering = answer_to(head, found);
    a = co_await std::move(answering);
  }
  if (!found.what.actor.empty()) {
    auto recording = recorded(found, std::move(a));
    a = co_await std::move(recording);
  }
  const bool keep_alive = asked_to_stay && !body_unread_ && !finishing_;
  auto sending = send(std::move(a), version, only_head, keep_alive);
  const bool sent = co_await std::move(sending);
  busy_ = false;
  co_return sent && !finishing_;
}

asio::awaitable<answer> connection::answer_to(head_parser& head, matched& m) {
  std::optional<answer> refused;
  answer a;
  try {
    if (m.to->before_body) refused = m.to->before_body(m.what);
    if (refused) co_return std::move(*refused);
    auto reading = read_body(head, m);
    refused = co_await std::move(reading);
    if (refused) co_return std::move(*refused);
    auto asking = ask(*m.to, m.what);
    a = co_await std::move(asking);
    co_return a;
  } catch (const std::exception& e) {
    log(log_level::error, "an admin request failed", {{"path", m.to->pattern}, {"error", e.what()}});
    a = problem(500, "the gate failed to answer; its log says why");
  }
  co_return a;
}

// Before it is sent: nobody reads anything while it cannot be recorded that they do. What was to be done is done.
asio::awaitable<answer> connection::recorded(const matched& m, answer a) {
  const auto executor = co_await asio::this_coro::executor;
  const std::string_view route = m.to == nullptr ? std::string_view() : m.to->pattern;
  auto initiate = [&](auto&& completion) {
    auto waiting = std::make_shared<std::decay_t<decltype(completion)>>(std::forward<decltype(completion)>(completion));
    access_.record(m.what, route, a.status, [waiting, executor](std::optional<store::failure> why) {
      asio::post(executor, [waiting, why = std::move(why)] { (*waiting)(why); });
    });
  };
  auto recording = asio::async_initiate<const asio::use_awaitable_t<>, void(std::optional<store::failure>)>(
      initiate, asio::use_awaitable);
  const std::optional<store::failure> why = co_await std::move(recording);
  if (why) {
    log(log_level::error, "a use of a token is not in the record of access",
        {{"token", m.what.actor}, {"route", route}, {"status", a.status}, {"error", why->message}});
    if (a.status < 300 && (m.what.method == "GET" || m.what.method == "HEAD"))
      a = unavailable("nothing is told that cannot be recorded as told: " + why->message);
  }
  co_return a;
}

asio::awaitable<std::optional<answer>> connection::read_body(head_parser& head, matched& m) {
  std::optional<answer> refused;
  if (head.is_done() && m.to->body != body_kind::csv) co_return refused;
  if (m.to->body == body_kind::none) co_return refused;  // left unread: the connection ends after the answer
  auto continuing = send_continue(head);
  if (m.to->body == body_kind::json) {
    const auto length = head.content_length();
    if (length && *length > limits_.json_octets) {
      refused = problem(413, "a JSON body has at most 1 MiB; more events are for POST /v1/imports");
      co_return refused;
    }
    co_await std::move(continuing);
    auto reading = read_json(head, m.what);
    refused = co_await std::move(reading);
    co_return refused;
  }
  co_await std::move(continuing);
  auto reading = read_upload(head, m.what);
  refused = co_await std::move(reading);
  co_return refused;
}

asio::awaitable<std::optional<answer>> connection::read_json(head_parser& head, request& r) {
  http::request_parser<http::string_body> body(std::move(head));
  body.body_limit(limits_.json_octets);
  restart_clock();
  auto reading = http::async_read(stream_, buffer_, body, as_result);
  auto [error, octets] = co_await std::move(reading);
  std::optional<answer> refused;
  if (error == http::error::body_limit) {
    refused = problem(413, "a JSON body has at most 1 MiB; more events are for POST /v1/imports");
  } else if (error) {
    refused = problem(400, "the body cannot be read: " + error.message());
  } else {
    body_unread_ = false;
    r.body = std::move(body.get().body());
  }
  co_return refused;
}

asio::awaitable<std::optional<answer>> connection::read_upload(head_parser& head, request& r) {
  r.upload_file = new_upload_();
  http::request_parser<http::buffer_body> body(std::move(head));
  body.body_limit(boost::none);
  std::string piece(64UL * 1024UL, '\0');
  std::optional<answer> refused;
  while (!body.is_done() && !r.upload_file->error()) {
    body.get().body().data = piece.data();
    body.get().body().size = piece.size();
    restart_clock();
    auto reading = http::async_read(stream_, buffer_, body, as_result);
    auto [error, octets] = co_await std::move(reading);
    if (error && error != http::error::need_buffer) {
      refused = problem(400, "the body cannot be read: " + error.message());
      co_return refused;
    }
    r.upload_file->append(std::string_view(piece.data(), piece.size() - body.get().body().size));
  }
  if (const auto error = r.upload_file->error()) {
    refused = problem(
        507, "the upload cannot be kept: " + error.message() + "; make room where the store is, and send it again");
    co_return refused;
  }
  body_unread_ = false;
  co_return refused;
}

asio::awaitable<void> connection::send_continue(const head_parser& head) {
  if (!boost::beast::iequals(head.get()[http::field::expect], "100-continue")) co_return;
  auto writing = write("HTTP/1.1 100 Continue\r\n\r\n");
  co_await std::move(writing);  // when it fails, so does reading the body
}

asio::awaitable<bool> connection::send(answer a, unsigned version, bool only_head, bool keep_alive) {
  const bool streamed = static_cast<bool>(a.rest) && !only_head;
  const bool chunked = streamed && version >= 11;
  keep_alive = keep_alive && (chunked || !streamed);
  http::response<http::empty_body> head(static_cast<http::status>(a.status), version);
  head.reason(std::string(status_phrase(a.status)));
  head.set(http::field::server, "consentgate");
  head.set(http::field::cache_control, "no-store");
  if (!a.content_type.empty()) head.set(http::field::content_type, a.content_type);
  for (const auto& [name, value] : a.headers)
    head.set(name, value);
  head.keep_alive(keep_alive);
  if (chunked) {
    head.chunked(true);
  } else if (!a.rest) {
    head.content_length(a.body.size());
  }
  std::ostringstream text;
  text << head.base();
  std::string octets = std::move(text).str();
  if (!streamed && !only_head) octets += a.body;
  auto writing = write(std::move(octets));
  bool sent = co_await std::move(writing);
  if (sent && streamed) {
    auto sending_rest = send_rest(std::move(a), chunked);
    sent = co_await std::move(sending_rest);
  }
  if (sent && !keep_alive) {
    auto lingering = linger();
    co_await std::move(lingering);
  }
  co_return sent&& keep_alive;
}

asio::awaitable<bool> connection::send_rest(answer a, bool chunked) {
  std::optional<body_piece> piece = body_piece{std::move(a.body), false};
  while (true) {
    std::string octets;
    if (chunked && !piece->octets.empty()) {
      std::ostringstream size;
      size << std::hex << piece->octets.size() << "\r\n";
      octets = std::move(size).str() + piece->octets + "\r\n";
    } else {
      octets = std::move(piece->octets);
    }
    if (chunked && piece->last) octets += "0\r\n\r\n";
    if (octets.empty() && piece->later) {
      auto waiting = wait_a_moment();
      co_await std::move(waiting);
      if (!stream_.socket().is_open()) co_return false;
    } else if (octets.empty()) {
      auto turn = asio::post(stream_.get_executor(), asio::use_awaitable);
      co_await std::move(turn);
    } else {
      auto writing = write(std::move(octets));
      const bool sent = co_await std::move(writing);
      if (!sent) co_return false;
    }
    if (piece->last) co_return true;
    piece = a.rest();
    if (!piece) co_return false;
  }
}

asio::awaitable<void> connection::wait_a_moment() {
  asio::steady_timer timer(stream_.get_executor(), std::chrono::milliseconds(50));
  auto waiting = timer.async_wait(as_result);
  co_await std::move(waiting);
}

asio::awaitable<bool> connection::write(std::string octets) {
  restart_clock();
  const auto buffer = asio::buffer(octets);
  auto writing = asio::async_write(stream_, buffer, as_result);
  auto [error, size] = co_await std::move(writing);
  co_return !error;
}

// A close with octets unread would reset the connection, and the client might never see the answer.
asio::awaitable<void> connection::linger() {
  boost::system::error_code error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (!body_unread_) co_return;
  std::string dropped(16UL * 1024UL, '\0');
  std::size_t left = 4UL * 1024UL * 1024UL;
  stream_.expires_after(std::chrono::seconds(2));
  while (left > 0) {
    const auto buffer = asio::buffer(dropped);
    auto reading = stream_.async_read_some(buffer, as_result);
    auto [failed, octets] = co_await std::move(reading);
    if (failed) co_return;
    left -= std::min(left, octets);
  }
}

}  // namespace proxy
