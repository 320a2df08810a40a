// The makers of reports and dossiers with what the configuration says of senders, the same for the API and the command
// line.
#pragma once

#include <string>
#include <variant>

#include "proxy/config/config.h"
#include "proxy/report/dossier.h"
#include "proxy/report/report.h"
#include "store/signing_key.h"

namespace proxy {

// Or what is wrong with the order.
std::variant<report_query, std::string> read_report_query(const report_order& o, const config& c);

report_maker make_report(const store::consent_store& s, const config& c, report_query q);

dossier_maker make_dossier(const store::consent_store& s, const config& c, store::number who);
// The page, from a maker that is done.
std::string dossier_page(dossier_maker& m, const store::signing_key& key, const std::string& language);

inline constexpr const char* dossier_languages = "fr, en";

}  // namespace proxy
