#include "proxy/admin/configured.h"

#include <algorithm>

namespace proxy {

std::string group_of(const config& c, const std::string& sender) {
  const auto found = std::ranges::find(c.senders, sender, &sender_config::name);
  return found == c.senders.end() ? sender : found->group;
}

bool is_configured(const config& c, const store::scope& s) {
  switch (s.kind) {
    case store::scope_kind::all:
      return true;
    case store::scope_kind::group:
      return std::ranges::find(c.senders, s.name, &sender_config::group) != c.senders.end();
    case store::scope_kind::sender:
      return std::ranges::find(c.senders, s.name, &sender_config::name) != c.senders.end();
  }
  return false;
}

std::chrono::months consent_life_of(const config& c, const store::scope& s) {
  if (s.kind != store::scope_kind::sender) return c.consent_life;
  const auto found = std::ranges::find(c.senders, s.name, &sender_config::name);
  return found == c.senders.end() ? c.consent_life : found->consent_life;
}

std::string scope_warning(const config& c, const store::scope& s) {
  if (is_configured(c, s)) return {};
  const char* what = s.kind == store::scope_kind::group ? "group" : "sender";
  return "the " + std::string(what) + " " + s.name + " is not in the configuration: the event counts once it is";
}

}  // namespace proxy
