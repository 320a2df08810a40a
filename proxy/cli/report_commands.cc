// report, dossier: for people who were not there.
#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/report/report_json.h"

namespace proxy {

int report_command(const common_options& o, const report_order& order, const std::string& format) {
  const boost::json::object report = open_desk(o)->report(order);
  if (o.json || format == "json")
    std::cout << report << '\n';
  else
    std::cout << (format == "csv" ? report_csv(report) : report_text(report));
  return 0;
}

int dossier_command(const common_options& o, const std::string& number, const std::string& language) {
  const std::string page = open_desk(o)->dossier(number, language);
  o.json ? std::cout << boost::json::object{{"html", page}} << '\n' : std::cout << page;
  return 0;
}

}  // namespace proxy
