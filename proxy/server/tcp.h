// Socket options of both legs.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace proxy {

using tcp = boost::asio::ip::tcp;

// No delay; keepalive and a bound on unacknowledged octets, so that a peer that vanished is noticed within two minutes.
void prepare(tcp::socket& s);

}  // namespace proxy
