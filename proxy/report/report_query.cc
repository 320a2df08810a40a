#include "proxy/report/report_query.h"

#include <algorithm>

namespace proxy {
namespace {

std::variant<store::written_time, std::string> time_in(const std::optional<std::string>& text, const char* name) {
  const std::string what = std::string("the time ") + name;
  if (!text || text->empty()) return what + " is missing: a report is about a time from ... to ..., such as a month";
  const auto read = store::read_time(*text);
  if (!read) return what + " is like 2026-11-24T10:00:00Z or 2026-11-24, not \"" + *text + "\"";
  return *read;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& n : names)
    list += (list.empty() ? "" : ", ") + n;
  return list;
}

}  // namespace

std::variant<report_query, std::string> read_report_query(const report_order& o,
                                                          const std::vector<std::string>& known_senders) {
  const auto from = time_in(o.from, "from");
  if (const auto* wrong = std::get_if<std::string>(&from)) return *wrong;
  const auto to = time_in(o.to, "to");
  if (const auto* wrong = std::get_if<std::string>(&to)) return *wrong;
  const report_query q{std::get<store::written_time>(from).earliest, std::get<store::written_time>(to).latest, o.sender,
                       o.source};
  if (q.from > q.to) return "the time from, " + *o.from + ", is after the time to, " + *o.to;
  if (q.sender && std::ranges::find(known_senders, *q.sender) == known_senders.end()) {
    return "there is no sender " + *q.sender + " in the configuration" +
           (known_senders.empty() ? "" : "; there are " + listed(known_senders)) +
           ". The report about all senders has the others, too";
  }
  return q;
}

}  // namespace proxy
