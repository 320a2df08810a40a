// Receiver binds of the gate's own: listeners.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

constexpr const char* example = "{system_id: shop1, password_file: shop1.password}";

void read_system_id(const YAML::Node& n, const std::string& where, std::string& out, reading& r) {
  std::string id;
  if (!read_text(n, where + ".system_id", id, r.errors)) return;
  if (std::ranges::find(r.result.listeners, id, &listener_config::system_id) != r.result.listeners.end())
    return r.errors.add(n, "two listeners have the system_id " + shown(n) + "; one bind is enough to hear all of it");
  out = id;
}

void read_listener(const YAML::Node& n, const std::string& where, reading& r) {
  listener_config made;
  made.upstreams = r.result.upstreams;
  section s(n, where, r.errors);
  s.required_key("system_id", "`" + where + "` needs a `system_id`, such as " + example,
                 [&](const YAML::Node& v) { read_system_id(v, where, made.system_id, r); });
  const bool has_password = read_password(s, where, made.password, r);
  const auto& known = r.result.credentials.by_system_id;
  if (const auto c = known.find(made.system_id); c != known.end()) {
    made.upstream_system_id = c->second.upstream_system_id;
    made.password = c->second.upstream_password;
    if (has_password)
      r.errors.add(n, "`" + where + "` has a password, and `credentials` has the one of `" + made.system_id +
                          "` for the SMSC; leave it out here");
  }
  s.key("system_type", [&](const YAML::Node& v) { read_text(v, where + ".system_type", made.system_type, r.errors); });
  s.key("upstreams", [&](const YAML::Node& v) { read_upstreams(v, where + ".upstreams", made.upstreams, r); });
  s.finish();
  r.result.listeners.push_back(std::move(made));
}

}  // namespace

void read_listeners(const YAML::Node& n, reading& r) {
  if (!n.IsSequence())
    return r.errors.add(n, "`listeners` is " + shown(n) + "; it must be a list, such as `- " + example + "`");
  for (std::size_t i = 0; i < n.size(); ++i)
    read_listener(n[i], "listeners[" + std::to_string(i) + "]", r);
}

}  // namespace proxy
