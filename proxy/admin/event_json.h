// An event as the API and the exports show it, and an entry as the API takes it: the field names of the ledger
// (README.md, "Events").
#pragma once

#include <boost/json/object.hpp>
#include <variant>
#include <vector>

#include "store/entry.h"
#include "store/event.h"

namespace proxy {

// Absent fields are left out; times are RFC 3339 in UTC; the evidence the gate itself made is an object, any other a
// string.
boost::json::object to_json(const store::event& e);

// The entry, or every field that is unknown or not a string.
std::variant<store::entry, std::vector<store::refusal>> read_entry(const boost::json::value& v);

}  // namespace proxy
