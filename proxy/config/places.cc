// Where the gate listens, where it connects to, where it keeps what it keeps: listen, upstreams, store, admin.
#include <algorithm>

#include "proxy/config/host.h"
#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

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

void read_named_file(const YAML::Node& n, const std::string& name, std::optional<named_file>& out, reading& r) {
  named_file f{{}, n.Mark().line + 1, n.Mark().column + 1};
  read_path(n, name, f.path, r);
  out = std::move(f);
}

void read_identity(section& s, const std::string& where, tls_config& t, reading& r) {
  s.key("certificate", [&](const YAML::Node& v) { read_named_file(v, where + ".certificate", t.certificate, r); });
  s.key("private_key", [&](const YAML::Node& v) { read_named_file(v, where + ".private_key", t.private_key, r); });
}

// A `tls` with nothing in it still asks for TLS.
void read_listen_tls(const YAML::Node& n, const std::string& where, std::optional<tls_config>& out, reading& r) {
  tls_config& t = out.emplace();
  section s(n, where, r.errors);
  read_identity(s, where, t, r);
  s.key("client_ca", [&](const YAML::Node& v) { read_named_file(v, where + ".client_ca", t.ca, r); });
  s.finish();
  if ((n.IsMap() || n.IsNull()) && (!t.certificate || !t.private_key)) {
    r.errors.add(n, "`" + where + "` needs a certificate and its key, such as {certificate: gate.pem, private_key: " +
                        "gate.key}");
  }
}

void read_upstream_tls(const YAML::Node& n, const std::string& where, std::optional<tls_config>& out, reading& r) {
  tls_config& t = out.emplace();
  section s(n, where, r.errors);
  s.key("ca", [&](const YAML::Node& v) { read_named_file(v, where + ".ca", t.ca, r); });
  s.key("server_name", [&](const YAML::Node& v) {
    std::string name;
    if (!read_text(v, where + ".server_name", name, r.errors)) return;
    const std::optional<std::string> host = read_host(name);
    if (!host) {
      return r.errors.add(v, "`" + where + ".server_name` is " + shown(v) +
                                 "; it must be the host that is in the upstream's certificate, without a port");
    }
    t.server_name = *host;
  });
  read_identity(s, where, t, r);
  s.finish();
  if (t.certificate.has_value() != t.private_key.has_value())
    r.errors.add(n, "`" + where + "` has one of `certificate` and `private_key`; give both, or neither");
}

}  // namespace

void read_listen(const YAML::Node& n, reading& r) {
  r.result.listen.clear();
  each_entry(n, "listen", "0.0.0.0:2775", r, [&](const YAML::Node& entry, const std::string& where) {
    section s(entry, where, r.errors);
    listening l;
    read_address(s, where, l.address, r);
    s.key("tls", [&](const YAML::Node& t) { read_listen_tls(t, where + ".tls", l.tls, r); });
    s.key("proxy_protocol",
          [&](const YAML::Node& v) { read_flag(v, where + ".proxy_protocol", l.proxy_protocol, r.errors); });
    s.finish();
    const endpoint& at = l.address;
    if (at.port != 0 && std::ranges::find(r.result.listen, at, &listening::address) != r.result.listen.end()) {
      r.errors.add(entry, "`listen` has " + to_string(at) + " twice; keep one");
    }
    r.result.listen.push_back(std::move(l));
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
    s.key("tls", [&](const YAML::Node& t) { read_upstream_tls(t, where + ".tls", u.tls, r); });
    s.finish();
    out.push_back(std::move(u));
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
