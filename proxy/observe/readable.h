// Texts from the wire, such as a system_id, for logs and labels.
#pragma once

#include <string>
#include <string_view>

namespace proxy {

// UTF-8 stays; every other octet is written \\xNN, because one that is not UTF-8 makes a log line unreadable to a JSON
// parser and a whole scrape to Prometheus.
std::string readable(std::string_view text);

}  // namespace proxy
