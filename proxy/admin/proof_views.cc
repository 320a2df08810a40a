#include "proxy/admin/proof_views.h"

#include <boost/json/array.hpp>

#include "proxy/admin/views.h"
#include "store/hexadecimal.h"

namespace proxy {

boost::json::object recall_view(const store::event& e, const store::recorded& place, std::uint64_t voided,
                                const config& c) {
  return {{"source", e.source}, {"voided", voided}, {"event", recorded_view(e, place, c)}};
}

boost::json::object erasure_view(const store::erased& e, bool owes_purge) {
  boost::json::object o{{"number", store::to_string(e.hash)}, {"events", e.events}, {"already", e.already}};
  if (!e.already) o.emplace("event", e.by.sequence);
  o.emplace("purged", !owes_purge);
  o.emplace("telling_sources", boost::json::array(e.telling_sources.begin(), e.telling_sources.end()));
  return o;
}

boost::json::object proposal_view(const store::proposed_correction& p) {
  return {{"state", "waiting_for_approval"},
          {"event", p.sequence},
          {"proposed_by", p.actor},
          {"proposed_at", store::to_string(p.proposed_at)},
          {"reason", p.reason},
          {"until", store::to_string(p.until())}};
}

boost::json::object head_view(const store::ledger_head& head, const store::access_head& access,
                              const store::signing_key& key, store::instant now) {
  const std::string statement = store::statement_of(head, access, now);
  boost::json::object o{{"sequence", head.sequence}, {"hash", store::hexadecimal(head.own)}};
  if (head.sequence != 0) o.emplace("recorded_at", store::to_string(head.recorded_at));
  o.emplace("access", boost::json::object{{"uses", access.count}, {"hash", store::hexadecimal(access.own)}});
  o.emplace("signed_at", store::to_string(now));
  o.emplace("statement", statement);
  o.emplace("signature", store::hexadecimal(key.sign(statement)));
  o.emplace("public_key", key.public_key());
  return o;
}

namespace {

void add_misfit(boost::json::object& o, const auto& v) {
  if (v.first_misfit == 0) return;
  o.emplace("first_misfit", v.first_misfit);
  o.emplace("why", v.why);
}

boost::json::object access_view(const store::access_verification& v) {
  boost::json::object o{
      {"valid", v.first_misfit == 0}, {"uses", v.head.count}, {"head", store::hexadecimal(v.head.own)}};
  add_misfit(o, v);
  if (v.misfit_at) o.emplace("misfit_at", store::to_string(*v.misfit_at));
  return o;
}

}  // namespace

boost::json::object verification_view(const store::verification& v, const store::access_verification& access) {
  boost::json::object o{{"valid", v.first_misfit == 0 && access.first_misfit == 0},
                        {"events", v.events},
                        {"head", store::hexadecimal(v.head)}};
  add_misfit(o, v);
  o.emplace("access", access_view(access));
  return o;
}

}  // namespace proxy
