#include "proxy/admin/reports.h"

#include "proxy/admin/configured.h"
#include "proxy/report/dossier_html.h"
#include "store/hexadecimal.h"

namespace proxy {

std::variant<report_query, std::string> read_report_query(const report_order& o, const config& c) {
  std::vector<std::string> names;
  for (const sender_config& s : c.senders)
    names.push_back(s.name);
  return read_report_query(o, names);
}

report_maker make_report(const store::consent_store& s, const config& c, report_query q) {
  return {s, std::move(q), [&c](const std::string& sender) { return group_of(c, sender); }};
}

dossier_maker make_dossier(const store::consent_store& s, const config& c, store::number who) {
  return {s, who, [&c](const std::string& sender) { return group_of(c, sender); },
          [&c](const store::scope& scope) { return consent_life_of(c, scope); }, store::now()};
}

std::string dossier_page(dossier_maker& m, const store::signing_key& key, const std::string& language) {
  dossier d = m.take();
  if (d.head.sequence != 0) {
    const std::string statement = store::statement_of(d.head, d.access, d.made_at);
    d.signature = {statement, store::hexadecimal(key.sign(statement)), key.public_key()};
  }
  return to_html(d, texts::in(language).value());
}

}  // namespace proxy
