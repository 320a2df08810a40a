// What a resource sees of HTTP: a request that has been read whole, and the answer to give. No sockets here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/admin/upload.h"
#include "proxy/admin/uri.h"
#include "proxy/role.h"

namespace proxy {

struct request {
  std::string method;  // "GET"
  request_target target;
  std::vector<std::string> captured;    // the segments that stand where the route has {}
  std::string actor;                    // whose token it was; empty on open routes
  role may = role::viewer;              // what the actor may do
  std::string body;                     // of a route that takes JSON
  std::shared_ptr<upload> upload_file;  // of a route that takes a file

  // The parameter, or nullptr.
  const std::string* parameter(const std::string& name) const {
    const auto found = target.query.find(name);
    return found == target.query.end() ? nullptr : &found->second;
  }
};

// The next octets of a body that is made while it is sent. Pieces may be empty: then others get their turn.
struct body_piece {
  std::string octets;
  bool last = false;
  bool later = false;  // there is nothing yet: ask again in a moment
};
// Nothing: it cannot go on; the connection is cut, so that the client does not take what it has for the whole.
using body_stream = std::function<std::optional<body_piece>()>;

struct answer {
  unsigned status = 200;
  std::string content_type{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  body_stream rest{};  // when set, what it gives is sent after `body`
};

// Takes a function that makes the answer on the HTTP thread. Any thread, once.
using reply = std::function<void(std::function<answer()>)>;

}  // namespace proxy
