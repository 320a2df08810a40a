// The resources of the API, by family: each adds its routes. What they take and give: proxy/admin/openapi.json.
#pragma once

#include "proxy/admin/import_jobs.h"
#include "proxy/admin/router.h"
#include "proxy/admin/services.h"

namespace proxy {

void add_meta_resources(router& to, const services& s);
void add_event_resources(router& to, const services& s);
void add_number_resources(router& to, const services& s);
void add_journal_resources(router& to, const services& s);
void add_import_resources(router& to, const services& s, import_jobs& jobs);

}  // namespace proxy
