#include "proxy/server/reply_keeper.h"

#include <chrono>
#include <optional>

#include "proxy/policy/consent_source.h"

namespace proxy {
namespace {

struct counted {
  std::string sender;
  store::event_kind kind;
  std::string_view method;
  std::optional<std::string> complaint;  // of what a person wrote: the source of the opt-in that it ends
};

// Before it is recorded: what is known of the person then.
std::optional<std::string> complaint(const gate& g, const store::event& e) {
  if (e.kind != store::event_kind::opt_out || e.method != store::consent_method::mo_keyword) return std::nullopt;
  return consent_source(*g.store, *g.policy.load()->sender_named(e.collector), e.who);
}

void count(metrics& m, const std::vector<counted>& events, std::chrono::duration<double> took) {
  for (const counted& e : events) {
    if (e.kind == store::event_kind::opt_out) m.opt_out_seconds().Observe(took.count());
    if (e.complaint) m.count_complaint(e.sender, *e.complaint);
    e.kind == store::event_kind::opt_out ? m.count_opt_out(e.sender, e.method) : m.count_opt_in(e.sender, e.method);
  }
}

}  // namespace

void keep(gate& g, reply r, std::function<void(bool on_disk)> done) {
  std::vector<counted> events;
  for (const store::event& e : r.events)
    events.push_back({e.collector, e.kind, name(e.method), complaint(g, e)});
  auto settle = [&m = g.metrics, began = std::chrono::steady_clock::now(), events = std::move(events),
                 then = std::move(r.then), done = std::move(done)](bool on_disk) {
    if (on_disk) count(m, events, std::chrono::steady_clock::now() - began);
    if (then) then(on_disk);
    done(on_disk);
  };
  g.store->record(std::move(r.events), [settle = std::move(settle)](const store::outcome& o) {
    settle(std::holds_alternative<std::vector<store::recorded>>(o));
  });
}

}  // namespace proxy
