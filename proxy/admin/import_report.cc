#include <boost/json/array.hpp>

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

}  // namespace

boost::json::object to_json(const store::refused_row& r) {
  boost::json::array reasons;
  for (const auto& why : r.reasons)
    reasons.push_back(boost::json::object{{"field", why.field}, {"message", why.message}});
  return {{"line", r.line}, {"row", r.row}, {"reasons", std::move(reasons)}};
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
  o.emplace("dry_run", j.what.dry_run);
  o.emplace("octets", j.what.octets);
  o.emplace("octets_read", j.progress.octets_read.load());
  o.emplace("rows", j.progress.rows.load());
  o.emplace("taken", j.progress.taken.load());
  o.emplace("unchanged", j.progress.unchanged.load());
  o.emplace("refused", j.progress.refused.load());
  o.emplace("refusals", std::move(refusals));
  o.emplace("warnings", std::move(warnings));
  if (!j.error.empty()) o.emplace("error", j.error);
  return o;
}

}  // namespace proxy
