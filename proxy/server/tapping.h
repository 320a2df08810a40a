// How a shell shows its octets to the captures under way (proxy/capture).
#pragma once

#include "proxy/capture/wire_tap.h"
#include "proxy/observe/metrics.h"
#include "proxy/server/tcp.h"

namespace proxy {

// Which connection it is; the ends of one that is closed already read as zero.
wire wire_of(leg l, const tcp::socket& s);

}  // namespace proxy
