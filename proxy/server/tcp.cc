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
  // A peer that is gone without a word is noticed within a minute, whether octets are on the way to it or not: its
  // sender or SMSC can bind again before most people wait for an answer, and no real network is silent for so long.
  set(s, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(s, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(s, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(s, IPPROTO_TCP, TCP_USER_TIMEOUT, 60000);
}

}  // namespace proxy
