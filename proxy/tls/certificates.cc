#include "proxy/tls/certificates.h"

#include <algorithm>
#include <tuple>

namespace proxy {
namespace {

// Several may share an upstream and its files: each finding is told once.
void sort_by_place(std::vector<config_error>& list) {
  const auto by_place = [](const config_error& e) { return std::tie(e.line, e.column, e.message); };
  std::ranges::stable_sort(list, {}, by_place);
  const auto again = std::ranges::unique(list, {}, by_place);
  list.erase(again.begin(), again.end());
}

}  // namespace

std::vector<config_error> load_certificates(config& c) {
  tls_context::findings found;
  for (listening& l : c.listen)
    if (l.tls) l.tls->context = tls_context::make(tls_context::side::server, *l.tls, l.address.host, found);
  const auto make = [&](std::vector<upstream>& upstreams) {
    for (upstream& u : upstreams)
      if (u.tls) u.tls->context = tls_context::make(tls_context::side::client, *u.tls, u.address.host, found);
  };
  make(c.upstreams);
  for (sender_config& s : c.senders)
    make(s.upstreams);
  for (listener_config& l : c.listeners)
    make(l.upstreams);
  sort_by_place(found.errors);
  c.warnings.insert(c.warnings.end(), found.warnings.begin(), found.warnings.end());
  sort_by_place(c.warnings);
  return found.errors;
}

std::vector<dated_file> certificate_files(const config& c) {
  std::vector<dated_file> files;
  const auto add = [&](const std::optional<tls_config>& t) {
    if (!t || !t->context) return;
    for (const dated_file& f : t->context->files()) {
      if (std::ranges::find(files, f.path, &dated_file::path) == files.end()) files.push_back(f);
    }
  };
  for (const listening& l : c.listen)
    add(l.tls);
  for (const upstream* u : every_upstream(c))
    add(u->tls);
  return files;
}

}  // namespace proxy
