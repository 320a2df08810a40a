#include "proxy/cli/admin_client.h"

#include <poll.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <fstream>

#include "proxy/cli/desk.h"

namespace proxy {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = boost::asio::ip::tcp;

namespace {

using without_gate = admin_client::without_gate;

std::string token_in(const std::filesystem::path& file, without_gate w) {
  std::ifstream in(file);
  std::string token;
  if (!(in >> token)) {
    throw command_failed(
        "cannot read the token in " + file.string() +
        ": a gate makes it at its first start, and only its user may read it" +
        (w == without_gate::offline ? "; where no gate runs, add --offline to work on the store itself" : ""));
  }
  return token;
}

constexpr int longest_wait = 60;      // seconds, for an answer to begin
constexpr int longest_upkeep = 3600;  // the same, for what goes through all files of the store

// One request on a connection of its own.
class exchange {
 public:
  exchange(const endpoint& to, const std::filesystem::path& token_file, without_gate w)
      : to_(to), token_file_(token_file), stream_(io_) {
    // A gate that listens on every address answers on this machine.
    const std::string host = to.host == "0.0.0.0" ? "127.0.0.1" : to.host == "::" ? "::1" : to.host;
    try {
      tcp::resolver resolver(io_);
      boost::asio::connect(stream_, resolver.resolve(host, std::to_string(to.port)));
    } catch (const boost::system::system_error& e) {
      throw command_failed("no gate answers at " + to_string(to) + " (" + e.code().message() +
                           "); start it with `consentgate serve`" +
                           (w == without_gate::offline ? ", or add --offline to work on the store itself" : ""));
    }
  }

  // A gate that refuses a large body answers before it has read it all: then the answer counts, not that the rest could
  // not be sent.
  template <typename Body>
  void send(http::request<Body>& request) {
    http::write(stream_, request, not_sent_);
  }

  // Reads the header; throws what the gate's problem says unless it is 2xx.
  http::response_parser<http::buffer_body>& begin(int seconds = longest_wait) {
    read_header(seconds);
    if (parser_.get().result_int() / 100 != 2) throw command_failed(problem_of(rest()));
    return parser_;
  }

  void read_header(int seconds = longest_wait) {
    wait_for_answer(seconds);
    parser_.body_limit(boost::none);
    boost::system::error_code ec;
    http::read_header(stream_, buffer_, parser_, ec);
    if (ec) {
      throw command_failed("the gate at " + to_string(to_) +
                           " did not answer: " + (not_sent_ ? not_sent_ : ec).message());
    }
  }

  // The next piece of the body; empty at its end.
  std::string next() {
    if (parser_.is_done()) return {};
    std::string piece(std::size_t{64} * 1024, '\0');
    parser_.get().body().data = piece.data();
    parser_.get().body().size = piece.size();
    boost::system::error_code ec;
    http::read_some(stream_, buffer_, parser_, ec);  // as it comes
    if (ec && ec != http::error::need_buffer) throw command_failed("the gate's answer was cut short: " + ec.message());
    piece.resize(piece.size() - parser_.get().body().size);
    return piece;
  }

  std::string rest() {
    std::string body;
    while (!parser_.is_done())
      body += next();
    return body;
  }

 private:
  void wait_for_answer(int seconds) {
    pollfd readable{stream_.native_handle(), POLLIN, 0};
    if (poll(&readable, 1, seconds * 1000) != 0) return;
    throw command_failed("the gate at " + to_string(to_) + " took the request and has not answered for " +
                         std::to_string(seconds) + " seconds; what was asked may still be done");
  }

  static std::string detail_of(const boost::json::object& error) {
    std::string line;
    if (const auto* field = error.if_contains("field"); field != nullptr && field->is_string()) {
      line += std::string(field->as_string()) + ": ";
    }
    if (const auto* message = error.if_contains("message"); message != nullptr && message->is_string()) {
      line += message->as_string();
    }
    return line;
  }

  std::string problem_of(const std::string& body) const {
    if (parser_.get().result() == http::status::unauthorized) {
      return "the gate at " + to_string(to_) + " does not take the token in " + token_file_.string() +
             ": is this the configuration that it runs with?";
    }
    boost::system::error_code ec;
    const boost::json::value problem = boost::json::parse(body, ec);
    if (ec || !problem.is_object())
      return "the gate answered with status " + std::to_string(parser_.get().result_int());
    const boost::json::object& o = problem.as_object();
    if (const auto* errors = o.if_contains("errors"); errors != nullptr && errors->is_array()) {
      std::string text = "the event was refused";
      for (const auto& e : errors->as_array())
        text += "\n  " + detail_of(e.as_object());
      return text;
    }
    return std::string(o.at(o.contains("detail") ? "detail" : "title").as_string());
  }

  const endpoint& to_;
  const std::filesystem::path& token_file_;
  boost::asio::io_context io_;
  tcp::socket stream_;
  boost::system::error_code not_sent_;
  beast::flat_buffer buffer_;
  http::response_parser<http::buffer_body> parser_;
};

template <typename Body>
http::request<Body> make(http::verb verb, const std::string& target, const endpoint& to,
                         const std::string& authorization) {
  http::request<Body> r(verb, target, 11);
  r.set(http::field::host, to_string(to));
  r.set(http::field::authorization, authorization);
  r.set(http::field::user_agent, "consentgate");
  r.set(http::field::connection, "close");
  return r;
}

boost::json::value parsed(const std::string& body) {
  boost::system::error_code ec;
  boost::json::value v = boost::json::parse(body, ec);
  if (ec) throw command_failed("the gate's answer is not JSON: " + ec.message());
  return v;
}

}  // namespace

admin_client::admin_client(const config& c, without_gate w)
    : address_(c.admin_address),
      without_(w),
      token_file_(c.token_file),
      authorization_("Bearer " + token_in(c.token_file, w)) {}

boost::json::value admin_client::get(const std::string& target) {
  exchange x(address_, token_file_, without_);
  auto r = make<http::empty_body>(http::verb::get, target, address_, authorization_);
  x.send(r);
  x.begin();
  return parsed(x.rest());
}

std::string admin_client::get_text(const std::string& target) {
  exchange x(address_, token_file_, without_);
  auto r = make<http::empty_body>(http::verb::get, target, address_, authorization_);
  x.send(r);
  x.read_header();
  return x.rest();
}

boost::json::value admin_client::post(const std::string& target, const boost::json::value& body) {
  exchange x(address_, token_file_, without_);
  auto r = make<http::string_body>(http::verb::post, target, address_, authorization_);
  r.set(http::field::content_type, "application/json");
  r.body() = boost::json::serialize(body);
  r.prepare_payload();
  x.send(r);
  x.begin();
  return parsed(x.rest());
}

boost::json::value admin_client::erase(const std::string& target) {
  exchange x(address_, token_file_, without_);
  auto r = make<http::empty_body>(http::verb::delete_, target, address_, authorization_);
  x.send(r);
  x.begin(longest_upkeep);
  return parsed(x.rest());
}

boost::json::value admin_client::post_file(const std::string& target, const std::filesystem::path& file) {
  auto r = make<http::file_body>(http::verb::post, target, address_, authorization_);
  r.set(http::field::content_type, "text/csv");
  boost::system::error_code ec;
  r.body().open(file.c_str(), beast::file_mode::scan, ec);
  if (ec) throw command_failed("cannot read " + file.string() + ": " + ec.message());
  r.prepare_payload();
  exchange x(address_, token_file_, without_);
  x.send(r);
  x.begin();
  return parsed(x.rest());
}

void admin_client::get_lines(const std::string& target, const std::function<void(std::string_view)>& line) {
  std::string pending;
  get_pieces(target, [&](std::string_view piece) {
    pending += piece;
    std::size_t start = 0;
    for (std::size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', start)) {
      line(std::string_view(pending).substr(start, end - start));
      start = end + 1;
    }
    pending.erase(0, start);
  });
}

void admin_client::get_pieces(const std::string& target, const std::function<void(std::string_view)>& piece) {
  exchange x(address_, token_file_, without_);
  auto r = make<http::empty_body>(http::verb::get, target, address_, authorization_);
  x.send(r);
  auto& parser = x.begin();
  while (!parser.is_done())
    piece(x.next());
}

}  // namespace proxy
