#include <boost/json.hpp>
#include <iostream>

#include "proxy/classify/classifier.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/escapes.h"

namespace proxy {

int classify_command(const common_options& o) {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const classification c = classify(unescape(line));
    if (o.json) {
      std::cout << boost::json::object{{"intent", name(c.intent)}, {"rule", c.rule}} << '\n';
    } else {
      std::cout << name(c.intent) << '\t' << c.rule << '\n';
    }
    // Whoever writes a line and waits for its answer gets it.
    if (std::cin.rdbuf()->in_avail() <= 0) std::cout.flush();
  }
  return 0;
}

}  // namespace proxy
