// What a search of the journal finds, as NDJSON, made piece by piece while it is sent.
#pragma once

#include "proxy/admin/http.h"
#include "store/consent_store.h"

namespace proxy {

struct journal_search {
  store::journal_query what;
  std::uint64_t limit = UINT64_MAX;  // lines at most
};

// Why this would go through the whole journal, which nobody means to ask for; nothing when it does not.
std::optional<std::string> too_wide(const store::journal_query& q);

// The store outlives the stream.
body_stream journal_lines(const store::consent_store& from, journal_search s);

}  // namespace proxy
