// Who may bind: how often, from where, with which password, and how often at the same time.
#include <algorithm>

#include "proxy/observe/log.h"
#include "proxy/session/session.h"
#include "smpp/bind.h"

namespace proxy {
std::string_view session::peer_address() const {
  return std::string_view(peer_).substr(0, peer_.rfind(':'));
}

// Whatever comes of the bind, it counts: who guesses passwords is refused most of the time.
bool session::may_try_to_bind(moment now) const {
  const std::uint32_t most = limits().max_bind_attempts_per_minute;
  const auto from = network_of(peer_address());
  if (most == 0 || !from || policy_->attempts().admit(from->address, most, now.steady)) return true;
  metrics_->count_limit("bind_attempts");
  return false;
}

// Each sender that names the system_id has its say: what comes on the bind may be anyone's of them.
bool session::comes_from_where_it_may() {
  const std::string_view address = peer_address();
  const auto covers = [&](const network& n) { return contains(n, address); };
  for (const sender_config& s : policy_->settings().senders) {
    if (std::ranges::find(s.system_ids, system_id_) == s.system_ids.end() || s.allow_from.empty()) continue;
    if (std::ranges::any_of(s.allow_from, covers)) continue;
    refuse_admission("allow_from");
    return false;
  }
  return true;
}

bool session::takes_places() {
  bind_places_.clear();
  for (const sender_config& s : policy_->settings().senders) {
    if (s.max_binds == 0 || std::ranges::find(s.system_ids, system_id_) == s.system_ids.end()) continue;
    bind_counts::place place = policy_->binds().take(s.name, s.max_binds);
    if (place == nullptr) {
      refuse_admission("max_binds");
      bind_places_.clear();
      return false;
    }
    bind_places_.push_back(std::move(place));
  }
  return true;
}

void session::refuse_admission(std::string_view limit) {
  metrics_->count_limit(limit);
  log(log_level::warning, "bind refused", {{"peer", peer_}, {"system_id", system_id_}, {"limit", std::string(limit)}});
}

// One answer for a wrong password and for a system_id that nobody has.
void session::password_checked(bool right, moment now) {
  if (state_ != state::connecting) return;
  const auto& known = policy_->settings().credentials.by_system_id;
  const auto credential = known.find(system_id_);
  if (right && credential != known.end()) {
    bound_as_ = credential->second.upstream_system_id;
    pending_bind_ = smpp::bind_as(pending_bind_, bound_as_, credential->second.upstream_password);
    return go_on_binding(now);
  }
  refuse_admission("password");
  state_ = state::unbound;
  pending_bind_ = {};
  answer(leg::esme, bind_, smpp::command_status::ESME_RINVPASWD);
}

void session::go_on_binding(moment now) {
  if (!takes_places()) {
    state_ = state::unbound;
    pending_bind_ = {};
    return answer(leg::esme, bind_, smpp::command_status::ESME_RBINDFAIL);
  }
  if (bind_.command_id == smpp::command_id::bind_transmitter) return go_upstream(now);
  wants_reception_ = true;
  awaits_reception_ = now.steady;
}

}  // namespace proxy
