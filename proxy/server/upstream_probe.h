// Looks whether upstreams that are down are up again, so that no bind has to try.
#pragma once

#include <boost/asio/io_context.hpp>

#include "proxy/server/upstream_health.h"

namespace proxy {

// Connects to those whose probe is due, TLS included, and hangs up: what it finds is in `health`. Once a second.
void probe_upstreams(boost::asio::io_context& io, const config& c, upstream_health& health, metrics& m);

}  // namespace proxy
