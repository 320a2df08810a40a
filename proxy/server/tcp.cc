#include "proxy/server/tcp.h"

#include <netinet/tcp.h>

namespace proxy {
namespace {

void set(tcp::socket& s, int level, int option, int value) {
  // A refused option costs a slower notice, nothing else.
  (void)setsockopt(s.native_handle(), level, option, &value, sizeof value);
}

}  // namespace

void prepare(tcp::socket& s) {
  boost::system::error_code ignored;
  s.set_option(tcp::no_delay(true), ignored);
  s.non_blocking(true, ignored);
  set(s, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(s, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(s, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(s, IPPROTO_TCP, TCP_KEEPCNT, 4);
  set(s, IPPROTO_TCP, TCP_USER_TIMEOUT, 120000);
}

}  // namespace proxy
