// A report as the API gives it, and what the command line makes of that.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "proxy/report/report.h"

namespace proxy {

// proxy/admin/openapi.json, Report.
boost::json::object to_json(const report_figures& f);

// A figure in plain decimals: 259200, 0.004.
std::string plain(const boost::json::value& figure);

// Tables for people.
std::string report_text(const boost::json::object& report);

// RFC 4180: a line for each figure, under "section,sender,source,method,verdict,reason,measure,value". No cell is taken
// for a formula by a spreadsheet: what begins like one gets an apostrophe in front.
std::string report_csv(const boost::json::object& report);

}  // namespace proxy
