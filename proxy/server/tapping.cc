#include "proxy/server/tapping.h"

#include <boost/asio/ip/address_v6.hpp>

namespace proxy {
namespace {

wire_end end_at(const tcp::endpoint& e) {
  namespace ip = boost::asio::ip;
  const ip::address& a = e.address();
  return {(a.is_v4() ? ip::make_address_v6(ip::v4_mapped, a.to_v4()) : a.to_v6()).to_bytes(), e.port()};
}

}  // namespace

wire wire_of(leg l, const tcp::socket& s) {
  boost::system::error_code closed;
  return {l == leg::esme ? 0U : 1U, end_at(s.local_endpoint(closed)), end_at(s.remote_endpoint(closed))};
}

}  // namespace proxy
