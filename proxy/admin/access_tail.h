// The record of access as NDJSON, oldest first, made piece by piece while it is sent.
#pragma once

#include <boost/json/object.hpp>

#include "proxy/admin/http.h"
#include "store/consent_store.h"

namespace proxy {

// {"time", "token", "method", "route", "number"?, "status"?, "filter"?}; the number is the hash that is kept of it.
boost::json::object to_json(const store::access_record& r);

// `limit` lines at most. The store outlives the stream.
body_stream access_tail(const store::consent_store& from, store::access_query q, std::uint64_t limit);

}  // namespace proxy
