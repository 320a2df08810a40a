// The resources of the API, by family: each adds its routes. What they take and give: proxy/admin/openapi.json.
#pragma once

#include "proxy/admin/errands.h"
#include "proxy/admin/import_jobs.h"
#include "proxy/admin/router.h"
#include "proxy/admin/services.h"
#include "store/signing_key.h"

namespace proxy {

// What the resources about the ledger itself need; outlives the router.
struct proof_tools {
  import_jobs& imports;
  errands& long_ones;
  const store::signing_key& signing_key;
};

void add_meta_resources(router& to, const services& s);
void add_event_resources(router& to, const services& s);
void add_number_resources(router& to, const services& s);
void add_journal_resources(router& to, const services& s);
void add_report_resources(router& to, const services& s, const store::signing_key& key);
void add_import_resources(router& to, const services& s, import_jobs& jobs);
void add_proof_resources(router& to, const services& s, const proof_tools& tools);
void add_correction_resources(router& to, const services& s);
void add_access_resources(router& to, const services& s);
void add_capture_resources(router& to, const services& s);

}  // namespace proxy
