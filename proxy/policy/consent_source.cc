#include "proxy/policy/consent_source.h"

namespace proxy {

std::string consent_source(const store::consent_store& store, const sender& s, store::number who) {
  const auto covers = [&](const store::scope& c) {
    switch (c.kind) {
      case store::scope_kind::sender:
        return c.name == s.name;
      case store::scope_kind::group:
        return c.name == s.group;
      case store::scope_kind::all:
        return true;
    }
    return false;
  };
  std::string source;
  store::instant newest = store::instant::min();
  for (const auto& known : store.known(who)) {
    const store::fact& f = known.what;
    if (f.opt_out || f.reassigned || f.occurred_at < newest || !covers(known.scope)) continue;
    newest = f.occurred_at;
    source = known.source;
  }
  return source;
}

}  // namespace proxy
