// The admin API on a free port in front of a real store in a temporary folder, and a client that sees every octet.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <stdexcept>

#include "proxy/admin/admin_api.h"
#include "tests/unit/temporary_folder.h"

namespace testing {

struct http_answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  boost::json::value json() const { return boost::json::parse(body); }
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class http_client {
 public:
  explicit http_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};  // a server that says nothing fails the test instead of hanging it
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection");
  }
  ~http_client() { ::close(socket_); }
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  void send(std::string_view octets) {
    while (!octets.empty()) {
      const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // refused early: the answer tells
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  http_answer read(bool head_only = false) {
    while (buffer_.find("\r\n\r\n") == std::string::npos)
      more();
    http_answer a = read_head();
    if (head_only || a.status == 100) return a;
    if (a.header("transfer-encoding") == "chunked") {
      read_chunks(a);
    } else if (!a.header("content-length").empty()) {
      const auto length = std::stoul(a.header("content-length"));
      while (buffer_.size() < length)
        more();
      a.body = take(length);
    } else {
      while (receive()) {
      }
      a.body = take(buffer_.size());
    }
    return a;
  }

  bool closed_by_server() { return buffer_.empty() && !receive(); }

 private:
  bool receive() {
    char octets[65536];
    const auto got = ::recv(socket_, octets, sizeof octets, 0);
    if (got < 0) throw std::runtime_error("no answer in time, or a reset");
    buffer_.append(octets, static_cast<std::size_t>(got));
    return got > 0;
  }
  void more() {
    if (!receive()) throw std::runtime_error("the server closed in the middle of an answer: " + buffer_);
  }
  std::string take(std::size_t n) {
    std::string taken = buffer_.substr(0, n);
    buffer_.erase(0, n);
    return taken;
  }
  std::string take_line() {
    while (buffer_.find("\r\n") == std::string::npos)
      more();
    std::string line = take(buffer_.find("\r\n"));
    take(2);
    return line;
  }
  http_answer read_head() {
    http_answer a;
    a.status = std::stoi(take_line().substr(9, 3));
    for (std::string line = take_line(); !line.empty(); line = take_line()) {
      const auto colon = line.find(':');
      std::string name = line.substr(0, colon);
      for (char& c : name)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      a.headers[name] = line.substr(line.find_first_not_of(' ', colon + 1));
    }
    return a;
  }
  void read_chunks(http_answer& a) {
    while (true) {
      const auto size = std::stoul(take_line(), nullptr, 16);
      while (buffer_.size() < size + 2)
        more();
      a.body += take(size);
      take(2);
      if (size == 0) return;
    }
  }

  int socket_;
  std::string buffer_;
};

class running_api {
 public:
  running_api() {
    auto c = std::make_shared<proxy::config>();
    c->numbers.country_code = "33";
    c->senders = {{.name = "diagnostics", .group = "dse", .system_ids = {"dse_diag"}, .source_addresses = {}},
                  {.name = "alerts",
                   .group = "bank",
                   .system_ids = {"bank"},
                   .source_addresses = {},
                   .policy = proxy::policy_kind::exempt}};
    auto opened = store::consent_store::open({.path = folder_.path() / "store", .on_write = {}});
    if (auto* why = std::get_if<store::failure>(&opened)) throw std::runtime_error(why->message);
    store_ = std::move(std::get<std::unique_ptr<store::consent_store>>(opened));
    policy_ = std::make_shared<proxy::policy>(c, *store_, metrics_, refusals_);
    api_ = std::make_unique<proxy::admin_api>(proxy::admin_api::context{
        .address = {"127.0.0.1", 0},
        .token_file = folder_.path() / "admin.token",
        .tokens = {{"vera", proxy::role::viewer, folder_.path() / "vera.token"},
                   {"carl", proxy::role::clerk, folder_.path() / "carl.token"}},
        .spool = folder_.path() / "spool",
        .signing_key_file = folder_.path() / "ledger.key",
        .store = store_.get(),
        .metrics = &metrics_,
        .captures = &captures_,
        .current_policy = [this] { return policy_; },
        .not_ready = [this] { return not_ready; },
        .flush_journal = [this](const std::function<void()>& done) { store_->flush_journal(done); }});
  }

  // Of the officer admin, the viewer vera or the clerk carl.
  std::string authorization(const std::string& whose = "admin") const {
    std::string token;
    std::ifstream(folder_.path() / (whose + ".token")) >> token;
    return "Authorization: Bearer " + token + "\r\n";
  }
  std::uint16_t port() const { return api_->port(); }
  store::consent_store& consents() { return *store_; }
  const proxy::policy& rules() const { return *policy_; }
  proxy::admin_api& api() { return *api_; }
  std::filesystem::path spool() const { return folder_.path() / "spool"; }
  void stop() { api_.reset(); }

  std::string text_of(const std::string& method, const std::string& target, const std::string& body = "",
                      const std::string& content_type = "application/json", const std::string& whose = "admin") const {
    std::string text = method + " " + target + " HTTP/1.1\r\nHost: gate\r\n" + authorization(whose);
    if (method == "POST")
      text += "Content-Type: " + content_type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
  }
  http_answer get(const std::string& target) const { return ask(text_of("GET", target)); }
  http_answer post(const std::string& target, const std::string& body,
                   const std::string& content_type = "application/json") const {
    return ask(text_of("POST", target, body, content_type));
  }
  http_answer ask(const std::string& octets) const {
    http_client client(port());
    client.send(octets);
    return client.read();
  }

  std::string not_ready;

 private:
  temporary_folder folder_;
  proxy::metrics metrics_;
  proxy::captures captures_;
  proxy::refusal_log refusals_;
  std::unique_ptr<store::consent_store> store_;
  std::shared_ptr<const proxy::policy> policy_;
  std::unique_ptr<proxy::admin_api> api_;
};

inline std::string opt_in_json(const std::string& number, const std::string& when = "2026-01-01T10:00:00Z") {
  return R"({"number":")" + number + R"(","event":"opt_in","scope":"sender:diagnostics","occurred_at":")" + when +
         R"(","method":"web_form","source":"site","collector":"shop","evidence":"file:1"})";
}

}  // namespace testing
