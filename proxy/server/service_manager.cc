#include "proxy/server/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace proxy {

using boost::asio::ip::tcp;

namespace {

constexpr int first_inherited = 3;

long number_in(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
}

std::optional<tcp::endpoint> address_listened_on(int socket) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) return std::nullopt;
  tcp::endpoint at;
  size = static_cast<socklen_t>(at.capacity());
  if (getsockname(socket, at.data(), &size) != 0) return std::nullopt;
  if (at.data()->sa_family != AF_INET && at.data()->sa_family != AF_INET6) return std::nullopt;
  at.resize(size);
  return at;
}

}  // namespace

inherited_sockets::inherited_sockets() {
  if (number_in("LISTEN_PID") != getpid()) return;
  const auto end = static_cast<int>(first_inherited + number_in("LISTEN_FDS"));
  for (int socket = first_inherited; socket < end; ++socket) {
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    const auto at = address_listened_on(socket);
    if (!at) throw std::runtime_error("an inherited socket is no TCP listener; check the socket unit");
    by_address_.emplace(*at, socket);
  }
}

inherited_sockets::~inherited_sockets() {
  for (const auto& [at, socket] : by_address_)
    close(socket);
}

std::optional<int> inherited_sockets::take(const tcp::endpoint& at) {
  const auto found = by_address_.find(at);
  if (found == by_address_.end()) return std::nullopt;
  const int socket = found->second;
  by_address_.erase(found);
  return socket;
}

std::string inherited_sockets::left() const {
  std::ostringstream list;
  for (const auto& [at, socket] : by_address_)
    list << (list.tellp() == 0 ? "" : ", ") << at;
  return list.str();
}

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un to{};
  if (path == nullptr || std::strlen(path) >= sizeof to.sun_path) return;
  to.sun_family = AF_UNIX;
  std::strcpy(to.sun_path, path);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  if (to.sun_path[0] == '@') to.sun_path[0] = 0;  // an abstract address
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
  close(socket);
}

}  // namespace proxy
