// Replies go on record, and are counted once they are on disk.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proxy/server/gate.h"

namespace proxy {

// done(on_disk) is called on the writer's thread.
inline void record_replies(gate& g, std::vector<store::event> events, std::function<void(bool)> done) {
  struct to_count {
    std::string sender;
    store::event_kind kind;
    std::string_view method;
  };
  std::vector<to_count> counted;
  counted.reserve(events.size());
  for (const store::event& e : events)
    counted.push_back({e.collector, e.kind, store::name(e.method)});
  g.store->record(std::move(events), [&m = g.metrics, counted = std::move(counted),
                                      done = std::move(done)](const store::outcome& o) {
    const bool on_disk = std::holds_alternative<std::vector<store::recorded>>(o);
    for (const to_count& c : counted) {
      if (!on_disk) break;
      c.kind == store::event_kind::opt_out ? m.count_opt_out(c.sender, c.method) : m.count_opt_in(c.sender, c.method);
    }
    done(on_disk);
  });
}

}  // namespace proxy
