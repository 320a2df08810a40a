// Where the gate listens, where it connects to, where it keeps what it keeps: listen, upstreams, store, admin.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

// Whoever asks for TLS must not be spoken to in the clear.
void refuse_tls(section& s, reading& r) {
  s.key("tls", [&](const YAML::Node& n) {
    r.errors.add(
        n, "this version has no TLS and would speak in the clear; remove `tls` and put a TLS proxy beside the gate");
  });
}

void read_path(const YAML::Node& n, const std::string& name, std::filesystem::path& out, reading& r) {
  std::string text;
  if (read_text(n, name, text, r.errors)) out = (r.folder / text).lexically_normal();
}

// Calls read(entry, "listen[0]") for each entry of a list that must not be empty.
void each_entry(const YAML::Node& n, const std::string& name, const std::string& example, reading& r,
                const std::function<void(const YAML::Node&, const std::string&)>& read) {
  if (!n.IsSequence() || n.size() == 0) {
    return r.errors.add(n,
                        "`" + name + "` must be a list with one or more entries, such as `- address: " + example + "`");
  }
  for (std::size_t i = 0; i < n.size(); ++i)
    read(n[i], name + "[" + std::to_string(i) + "]");
}

void read_address(section& s, const std::string& where, endpoint& out, reading& r) {
  s.required_key("address", "`" + where + "` needs `address: HOST:PORT`",
                 [&](const YAML::Node& a) { read_endpoint(a, where + ".address", out, r.errors); });
}

}  // namespace

void read_listen(const YAML::Node& n, reading& r) {
  r.result.listen.clear();
  each_entry(n, "listen", "0.0.0.0:2775", r, [&](const YAML::Node& entry, const std::string& where) {
    section s(entry, where, r.errors);
    endpoint at;
    read_address(s, where, at, r);
    refuse_tls(s, r);
    s.finish();
    if (at.port != 0 && std::ranges::find(r.result.listen, at) != r.result.listen.end()) {
      r.errors.add(entry, "`listen` has " + to_string(at) + " twice; keep one");
    }
    r.result.listen.push_back(at);
  });
}

void read_upstreams(const YAML::Node& n, const std::string& name, std::vector<upstream>& out, reading& r) {
  out.clear();
  each_entry(n, name, "smsc.example:2775", r, [&](const YAML::Node& entry, const std::string& where) {
    section s(entry, where, r.errors);
    upstream u;
    read_address(s, where, u.address, r);
    s.key("default_alphabet", [&](const YAML::Node& a) {
      using enum smpp::default_alphabet;
      read_choice<smpp::default_alphabet>(a, where + ".default_alphabet",
                                          {{"gsm7", gsm7}, {"ascii", ascii}, {"latin1", latin1}}, u.default_alphabet,
                                          r.errors);
    });
    s.key("carrier", [&](const YAML::Node& v) { read_carrier(v, where + ".carrier", u.carrier.emplace(), r.errors); });
    refuse_tls(s, r);
    s.finish();
    out.push_back(u);
  });
}

void read_store(const YAML::Node& n, reading& r) {
  section s(n, "store", r.errors);
  s.key("path", [&](const YAML::Node& p) { read_path(p, "store.path", r.result.store_path, r); });
  s.finish();
}

void read_admin(const YAML::Node& n, reading& r) {
  section s(n, "admin", r.errors);
  s.key("address", [&](const YAML::Node& a) { read_endpoint(a, "admin.address", r.result.admin_address, r.errors); });
  s.key("token_file", [&](const YAML::Node& f) { read_path(f, "admin.token_file", r.result.token_file, r); });
  s.key("tokens", [&](const YAML::Node& t) { read_tokens(t, r); });
  s.finish();
}

}  // namespace proxy
