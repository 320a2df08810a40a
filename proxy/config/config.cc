#include "proxy/config/config.h"

#include <algorithm>

namespace proxy {

std::string to_string(const endpoint& e) {
  const bool ipv6 = e.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + e.host + "]" : e.host) + ":" + std::to_string(e.port);
}

std::vector<listening> reloaded_listen(const config& running, const config& wanted) {
  std::vector<listening> listen = running.listen;
  for (listening& l : listen) {
    const auto now = std::ranges::find_if(wanted.listen, [&](const listening& w) {
      return w.address == l.address && w.tls.has_value() == l.tls.has_value();
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
