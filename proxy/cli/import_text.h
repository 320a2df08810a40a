// The report of an import for people.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string_view>

namespace proxy {

std::uint64_t count(const boost::json::object& report, std::string_view name);

// The rows by verdict, on stdout; below it what is worth knowing of them: what of a list counts for nothing, and why
// rows were refused. After a dry run also the sources. Warnings go to stderr.
void print_import(const boost::json::object& report);

}  // namespace proxy
