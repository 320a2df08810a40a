#include "proxy/server/upstream_probe.h"

#include "proxy/server/upstream_connector.h"

namespace proxy {

void probe_upstreams(boost::asio::io_context& io, const config& c, upstream_health& health, metrics& m) {
  for (const upstream* u : every_upstream(c)) {
    if (!health.take_probe(u->address, std::chrono::steady_clock::now())) continue;
    const auto probe =
        std::make_shared<upstream_connector>(io, std::vector<upstream>{*u}, c.limits.connect_timeout, health, m);
    probe->start([](stream s, const upstream* reached) {
      if (reached != nullptr) s.shutdown_send();
      s.close();
    });
  }
}

}  // namespace proxy
