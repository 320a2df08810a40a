// The ledger in order as NDJSON, made piece by piece while it is sent.
#pragma once

#include <optional>
#include <string>

#include "proxy/admin/http.h"
#include "store/consent_store.h"

namespace proxy {

struct tail_query {
  std::uint64_t after = 0;     // a sequence
  std::uint64_t limit = 1000;  // lines at most
  std::optional<store::number> number;
  std::optional<std::string> source;
  std::optional<store::instant> from, to;  // of recorded_at, both included
};

// The store outlives the stream.
body_stream event_tail(const store::consent_store& from, tail_query q);

}  // namespace proxy
