#include "proxy/server/own_listeners.h"

#include <algorithm>
#include <random>

namespace proxy {
namespace {

constexpr std::chrono::milliseconds tick_interval{250};

}  // namespace

own_listeners::own_listeners(boost::asio::io_context& io, gate& g) : io_(io), gate_(g), timer_(io) {
  use(g.policy.load());
  tick();
}

void own_listeners::use(std::shared_ptr<const policy> p) {
  const std::vector<listener_config>& wanted = p->settings().listeners;
  for (const auto& l : running_) {
    l->use(p);
    if (std::ranges::find(wanted, l->settings()) == wanted.end()) l->stop();
  }
  begin_those_missing();
}

// One that was changed begins anew once the earlier one is away.
void own_listeners::begin_those_missing() {
  if (stopping_) return;
  const auto p = gate_.policy.load();
  for (const listener_config& c : p->settings().listeners) {
    const auto same = [&](const auto& l) { return l->settings().system_id == c.system_id; };
    if (std::ranges::any_of(running_, same)) continue;
    running_.push_back(std::make_shared<listening_shell>(io_, c, gate_, std::random_device{}()));
    running_.back()->start();
  }
}

void own_listeners::stop() {
  stopping_ = true;
  for (const auto& l : running_)
    l->stop();
}

void own_listeners::tick() {
  for (const auto& l : running_)
    l->tick();
  std::erase_if(running_, [&](const std::shared_ptr<listening_shell>& l) {
    if (!l->over()) return false;
    gate_.receivers.detach(l->settings().system_id);
    gate_.metrics.forget_listener(l->settings().system_id);
    return true;
  });
  begin_those_missing();
  timer_.expires_after(tick_interval);
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) tick();
  });
}

}  // namespace proxy
