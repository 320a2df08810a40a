// Receiver binds of the gate's own: listeners.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"
#include "store/secret_file.h"

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

void read_password_file(const YAML::Node& n, const std::string& where, std::string& out, reading& r) {
  std::string name;
  if (!read_text(n, where + ".password_file", name, r.errors)) return;
  const auto file = (r.folder / name).lexically_normal();
  auto read = store::read_secret(file);
  if (const auto* why = std::get_if<store::failure>(&read)) return r.errors.add(n, why->message);
  const auto& text = std::get<std::optional<std::string>>(read);
  if (!text) return r.errors.add(n, "the file " + file.string() + " does not exist; put the password into it");
  out = text->substr(0, text->find_first_of("\r\n"));
  if (out.empty() || out.find('\0') != std::string::npos)
    r.errors.add(n, "the file " + file.string() + " must hold the password, in its first line");
}

void read_listener(const YAML::Node& n, const std::string& where, reading& r) {
  listener_config made;
  made.upstreams = r.result.upstreams;
  section s(n, where, r.errors);
  s.required_key("system_id", "`" + where + "` needs a `system_id`, such as " + example,
                 [&](const YAML::Node& v) { read_system_id(v, where, made.system_id, r); });
  bool has_password = false;
  s.key("password", [&](const YAML::Node& v) {
    has_password = true;
    read_text(v, where + ".password", made.password, r.errors);
  });
  s.key("password_file", [&](const YAML::Node& v) {
    if (has_password) return r.errors.add(v, "`" + where + "` has `password` and `password_file`; keep one");
    read_password_file(v, where, made.password, r);
  });
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
