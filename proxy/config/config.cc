#include "proxy/config/config.h"

#include <algorithm>

namespace proxy {

std::string to_string(const endpoint& e) {
  const bool ipv6 = e.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + e.host + "]" : e.host) + ":" + std::to_string(e.port);
}

const std::vector<upstream>& upstreams_for(const config& c, const std::string& system_id) {
  const auto names_it = [&](const sender_config& s) {
    return std::ranges::find(s.system_ids, system_id) != s.system_ids.end();
  };
  const auto first = std::ranges::find_if(c.senders, names_it);
  return first != c.senders.end() && !first->upstreams.empty() ? first->upstreams : c.upstreams;
}

std::vector<const upstream*> every_upstream(const config& c) {
  std::vector<const upstream*> all;
  for (const upstream& u : c.upstreams)
    all.push_back(&u);
  for (const sender_config& s : c.senders) {
    for (const upstream& u : s.upstreams)
      all.push_back(&u);
  }
  for (const listener_config& l : c.listeners) {
    for (const upstream& u : l.upstreams)
      all.push_back(&u);
  }
  return all;
}

smpp::command_status usual_status(reason r) {
  if (r == reason::throttled) return smpp::command_status::ESME_RTHROTTLED;
  return retryable(r) ? smpp::command_status::ESME_RMSGQFUL : smpp::command_status::ESME_RSUBMITFAIL;
}

std::vector<listening> reloaded_listen(const config& running, const config& wanted) {
  std::vector<listening> listen = running.listen;
  for (listening& l : listen) {
    const auto now = std::ranges::find_if(wanted.listen, [&](const listening& w) {
      return w.address == l.address && w.tls.has_value() == l.tls.has_value() && w.proxy_protocol == l.proxy_protocol;
    });
    if (now != wanted.listen.end()) l = *now;
  }
  return listen;
}

std::vector<std::string> sealed_changes(const config& running, const config& wanted) {
  std::vector<std::string> changed;
  if (reloaded_listen(running, wanted) != wanted.listen) changed.emplace_back("listen");
  if (running.store_path != wanted.store_path) changed.emplace_back("store");
  if (running.admin_address != wanted.admin_address || running.token_file != wanted.token_file ||
      running.tokens != wanted.tokens)
    changed.emplace_back("admin");
  if (running.workers != wanted.workers) changed.emplace_back("workers");
  if (running.hashed_numbers != wanted.hashed_numbers) changed.emplace_back("numbers.storage");
  return changed;
}

}  // namespace proxy
