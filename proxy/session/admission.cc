// Who may bind: from where, and how often at the same time.
#include <algorithm>

#include "proxy/observe/log.h"
#include "proxy/session/session.h"

namespace proxy {

// Each sender that names the system_id has its say: what comes on the bind may be anyone's of them.
bool session::admits_bind() {
  const std::string_view address = std::string_view(peer_).substr(0, peer_.rfind(':'));
  const auto refuse = [&](std::string_view limit) {
    metrics_->count_limit(limit);
    log(log_level::warning, "bind refused",
        {{"peer", peer_}, {"system_id", system_id_}, {"limit", std::string(limit)}});
    bind_places_.clear();
    return false;
  };
  bind_places_.clear();
  for (const sender_config& s : policy_->settings().senders) {
    if (std::ranges::find(s.system_ids, system_id_) == s.system_ids.end()) continue;
    const auto covers = [&](const network& n) { return contains(n, address); };
    if (!s.allow_from.empty() && std::ranges::none_of(s.allow_from, covers)) return refuse("allow_from");
    if (s.max_binds == 0) continue;
    bind_counts::place place = policy_->binds().take(s.name, s.max_binds);
    if (place == nullptr) return refuse("max_binds");
    bind_places_.push_back(std::move(place));
  }
  return true;
}

}  // namespace proxy
