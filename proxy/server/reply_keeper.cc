#include "proxy/server/reply_keeper.h"

namespace proxy {
namespace {

struct counted {
  std::string sender;
  store::event_kind kind;
  std::string_view method;
};

void count(metrics& m, const std::vector<counted>& events) {
  for (const counted& e : events) {
    e.kind == store::event_kind::opt_out ? m.count_opt_out(e.sender, e.method) : m.count_opt_in(e.sender, e.method);
  }
}

}  // namespace

void keep(gate& g, reply r, std::function<void(bool on_disk)> done) {
  std::vector<counted> events;
  for (const store::event& e : r.events)
    events.push_back({e.collector, e.kind, name(e.method)});
  auto settle = [&m = g.metrics, events = std::move(events), then = std::move(r.then),
                 done = std::move(done)](bool on_disk) {
    if (on_disk) count(m, events);
    if (then) then(on_disk);
    done(on_disk);
  };
  if (r.question) {
    g.store->keep(*std::move(r.question),
                  [settle = std::move(settle)](const std::optional<store::failure>& why) { settle(!why); });
  } else {
    g.store->record(std::move(r.events), [settle = std::move(settle)](const store::outcome& o) {
      settle(std::holds_alternative<std::vector<store::recorded>>(o));
    });
  }
}

}  // namespace proxy
