// Who may use the gate's interface: admin.tokens.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

constexpr const char* example = "{name: alice, role: officer, token_file: alice.token}";

// What events have as their actor without any of these tokens.
bool taken(const std::string& name) {
  return name == "admin" || name == "gate" || name == "cli" || name.find(':') != std::string::npos;
}

void read_name(const YAML::Node& n, const std::string& where, std::string& out, reading& r) {
  std::string name;
  if (!read_text(n, where + ".name", name, r.errors)) return;
  if (taken(name)) {
    return r.errors.add(n, "`" + where + ".name` is " + shown(n) +
                               "; admin, gate, cli and names with a colon mean others in events; choose another");
  }
  if (std::ranges::find(r.result.tokens, name, &token_config::name) != r.result.tokens.end())
    return r.errors.add(n, "two tokens have the name " + shown(n) + "; names must differ");
  out = name;
}

void read_file(const YAML::Node& n, const std::string& where, std::filesystem::path& out, reading& r) {
  std::string text;
  if (!read_text(n, where + ".token_file", text, r.errors)) return;
  const auto file = (r.folder / text).lexically_normal();
  if (file == r.result.token_file)
    return r.errors.add(n, "`" + where + ".token_file` is " + shown(n) + ", the file of the token admin; use another");
  if (std::ranges::find(r.result.tokens, file, &token_config::file) != r.result.tokens.end())
    return r.errors.add(n, "two tokens are in the file " + shown(n) + "; each needs one of its own");
  out = file;
}

void read_token(const YAML::Node& n, const std::string& where, reading& r) {
  token_config made;
  section s(n, where, r.errors);
  const auto needed = [&](const char* key, const section::reader& read) {
    s.required_key(key, "`" + where + "` needs a `" + key + "`, such as " + example, read);
  };
  needed("name", [&](const YAML::Node& v) { read_name(v, where, made.name, r); });
  needed("role", [&](const YAML::Node& v) {
    using enum role;
    read_choice<role>(v, where + ".role", {{"viewer", viewer}, {"clerk", clerk}, {"officer", officer}}, made.may,
                      r.errors);
  });
  needed("token_file", [&](const YAML::Node& v) { read_file(v, where, made.file, r); });
  s.finish();
  r.result.tokens.push_back(std::move(made));
}

}  // namespace

void read_tokens(const YAML::Node& n, reading& r) {
  if (r.result.token_file.empty()) r.result.token_file = r.result.store_path / "admin.token";
  if (!n.IsSequence())
    return r.errors.add(n, "`admin.tokens` is " + shown(n) + "; it must be a list, such as `- " + example + "`");
  for (std::size_t i = 0; i < n.size(); ++i)
    read_token(n[i], "admin.tokens[" + std::to_string(i) + "]", r);
}

}  // namespace proxy
