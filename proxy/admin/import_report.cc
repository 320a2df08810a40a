#include <boost/json/array.hpp>

#include "proxy/admin/configured.h"
#include "proxy/admin/import_jobs.h"

namespace proxy {
namespace {

std::string_view name(import_state s) {
  switch (s) {
    case import_state::queued:
      return "queued";
    case import_state::running:
      return "running";
    case import_state::done:
      return "done";
    case import_state::failed:
      return "failed";
  }
  return {};
}

// What became of the rows that were taken.
void add_worth(boost::json::object& to, const store::row_counts& c) {
  to["effective_opt_ins"] = c.effective_opt_ins;
  to["opted_out"] = c.opted_out;
  to["source_recalled"] = c.source_recalled;
  to["number_reassigned"] = c.number_reassigned;
  to["consent_expired"] = c.consent_expired;
  to["opt_outs"] = c.opt_outs;
  to["reassignments"] = c.reassignments;
}

std::string text_of(const boost::json::value& v, std::string_view member) {
  return std::string(v.at(member).as_string());
}

}  // namespace

store::scope_rules rules_of(const config& c, const store::scope& s) {
  return {is_configured(c, s), s.kind == store::scope_kind::sender ? group_of(c, s.name) : "", consent_life_of(c, s)};
}

boost::json::object to_json(const store::refused_row& r) {
  boost::json::array reasons;
  for (const auto& why : r.reasons)
    reasons.push_back(boost::json::object{{"field", why.field}, {"message", why.message}, {"kind", why.kind}});
  return {{"line", r.line}, {"row", r.row}, {"reasons", std::move(reasons)}};
}

store::refused_row refused_row_of(const boost::json::value& v) {
  store::refused_row r{v.at("line").to_number<std::uint64_t>(), text_of(v, "row"), {}};
  for (const auto& why : v.at("reasons").as_array())
    r.reasons.push_back({text_of(why, "field"), text_of(why, "message"), text_of(why, "kind")});
  return r;
}

boost::json::object to_json(const store::import_figures& f) {
  boost::json::object o;
  add_worth(o, f.all);
  o["duplicates"] = f.duplicates;
  o["duplicates_are_exact"] = f.duplicates_are_exact;
  boost::json::array reasons;
  for (const auto& [reason, rows] : f.reasons)
    reasons.push_back(boost::json::object{{"field", reason.first}, {"kind", reason.second}, {"rows", rows}});
  o["refused_by_reason"] = std::move(reasons);
  boost::json::array sources;
  for (const auto& [name, c] : f.sources) {
    boost::json::object line{{"source", name.first}, {"source_kind", name.second}, {"rows", c.rows},
                             {"taken", c.taken},     {"unchanged", c.unchanged},   {"refused", c.refused}};
    add_worth(line, c);
    sources.push_back(std::move(line));
  }
  o["sources"] = std::move(sources);
  o["rows_of_other_sources"] = f.rows_of_other_sources;
  boost::json::array scopes;
  for (const auto& [scope, rows] : f.scopes_not_configured)
    scopes.push_back(boost::json::object{{"scope", scope}, {"rows", rows}});
  o["scopes_not_configured"] = std::move(scopes);
  o["rows_of_other_scopes_not_configured"] = f.rows_of_other_scopes_not_configured;
  return o;
}

boost::json::object to_json(import_job& j) {
  const std::lock_guard lock(j.mutex);
  boost::json::array refusals;
  for (const auto& r : j.refusals)
    refusals.push_back(to_json(r));
  boost::json::array warnings;
  for (const auto& w : j.warnings)
    warnings.push_back(boost::json::string(w));
  boost::json::object o{{"id", j.id}, {"state", name(j.state)}};
  if (!j.what.name.empty()) o.emplace("name", j.what.name);
  if (j.what.kind == store::import_kind::reassigned) o.emplace("event", "reassigned");
  o.emplace("dry_run", j.what.dry_run);
  o.emplace("octets", j.what.octets);
  o.emplace("octets_read", j.progress.octets_read.load());
  o.emplace("rows", j.progress.rows.load());
  o.emplace("taken", j.progress.taken.load());
  o.emplace("unchanged", j.progress.unchanged.load());
  o.emplace("refused", j.progress.refused.load());
  o.emplace("refusals", std::move(refusals));
  o.emplace("warnings", std::move(warnings));
  if (j.state == import_state::done) o.emplace("figures", to_json(j.progress.figures));
  if (!j.error.empty()) o.emplace("error", j.error);
  return o;
}

}  // namespace proxy
