// Who may bind with what, and as whom it goes to the aggregator: credentials.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"
#include "store/secret_file.h"

namespace proxy {
namespace {

constexpr const char* example =
    "{system_id: shop1, password_hash: \"$scrypt$...\", upstream: {system_id: agg7, password_file: agg7.password}}";

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

// What is there is not shown: it may be the password itself.
void read_hash(const YAML::Node& n, const std::string& where, credential& out, reading& r) {
  std::string text;
  if (!read_text(n, where + ".password_hash", text, r.errors)) return;
  auto read = read_password_hash(text);
  if (auto* hash = std::get_if<password_hash>(&read)) {
    out.hash = std::move(*hash);
  } else {
    r.errors.add(n, "`" + where + ".password_hash` is no hash of a password: " + std::get<std::string>(read) +
                        "; it must be a line that `consentgate hash-password` has written, within { } in quotes");
  }
}

void read_upstream_identity(const YAML::Node& n, const std::string& where, credential& out, reading& r) {
  section s(n, where, r.errors);
  s.required_key("system_id", "`" + where + "` needs the `system_id` that the SMSC knows",
                 [&](const YAML::Node& v) { read_text(v, where + ".system_id", out.upstream_system_id, r.errors); });
  if (!read_password(s, where, out.upstream_password, r) && (n.IsMap() || n.IsNull()))
    r.errors.add(n, "`" + where + "` needs the password that the SMSC knows: `password_file`, or `password`");
  s.finish();
}

void read_credential(const YAML::Node& n, const std::string& where, reading& r) {
  std::string system_id;
  credential made;
  section s(n, where, r.errors);
  const auto needs = [&](const char* key) { return "`" + where + "` needs `" + key + "`, as in " + example; };
  s.required_key("system_id", needs("system_id"), [&](const YAML::Node& v) {
    if (!read_text(v, where + ".system_id", system_id, r.errors)) return;
    if (r.result.credentials.by_system_id.contains(system_id))
      r.errors.add(v, "`credentials` has the system_id " + shown(v) + " twice; keep one");
  });
  s.required_key("password_hash", needs("password_hash"), [&](const YAML::Node& v) { read_hash(v, where, made, r); });
  s.required_key("upstream", needs("upstream"),
                 [&](const YAML::Node& v) { read_upstream_identity(v, where + ".upstream", made, r); });
  s.finish();
  r.result.credentials.by_system_id.emplace(std::move(system_id), std::move(made));
}

// The one that takes longest to compare with.
const password_hash& slowest(const std::map<std::string, credential>& all) {
  const auto work = [](const auto& entry) {
    return (std::uint64_t{entry.second.hash.r} * entry.second.hash.p) << entry.second.hash.log2_n;
  };
  return std::ranges::max_element(all, {}, work)->second.hash;
}

void warn_of_the_unknown(const YAML::Node& n, reading& r) {
  for (const sender_config& s : r.result.senders) {
    for (const std::string& system_id : s.system_ids) {
      if (!r.result.credentials.by_system_id.contains(system_id))
        r.warnings.add(n, "`credentials` does not have the system_id `" + system_id + "` of the sender `" + s.name +
                              "`: its binds are refused");
    }
  }
}

}  // namespace

bool read_password(section& s, const std::string& where, std::string& out, reading& r) {
  bool given = false;
  s.key("password", [&](const YAML::Node& v) {
    given = true;
    read_text(v, where + ".password", out, r.errors);
  });
  s.key("password_file", [&](const YAML::Node& v) {
    if (given) return r.errors.add(v, "`" + where + "` has `password` and `password_file`; keep one");
    given = true;
    read_password_file(v, where, out, r);
  });
  return given;
}

void read_credentials(const YAML::Node& n, reading& r) {
  if (!n.IsSequence())
    return r.errors.add(n, "`credentials` is " + shown(n) + "; it must be a list, such as `- " + example + "`");
  for (std::size_t i = 0; i < n.size(); ++i)
    read_credential(n[i], "credentials[" + std::to_string(i) + "]", r);
  if (n.size() == 0) return;
  r.result.credentials.stand_in = stand_in_for(slowest(r.result.credentials.by_system_id));
  warn_of_the_unknown(n, r);
}

}  // namespace proxy
