// What a report is asked about, and what is wrong with how it was asked.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/instant.h"

namespace proxy {

// As people write it.
struct report_order {
  std::optional<std::string> from, to, sender, source;
};

struct report_query {
  store::instant from{}, to{};  // both included
  std::optional<std::string> sender, source;
};

std::variant<report_query, std::string> read_report_query(const report_order& o,
                                                          const std::vector<std::string>& known_senders);

}  // namespace proxy
