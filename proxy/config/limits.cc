#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {

void read_limits(const YAML::Node& n, reading& r) {
  section s(n, "limits", r.errors);
  limits_config& l = r.result.limits;
  const auto integer = [&](const std::string& name, std::uint32_t least, std::uint32_t most, std::uint32_t& out,
                           bool or_off = false) {
    s.key(name, [&](const YAML::Node& v) { read_integer(v, "limits." + name, least, most, or_off, out, r.errors); });
  };
  const auto duration = [&](const std::string& name, std::chrono::milliseconds& out, bool or_off = false) {
    s.key(name, [&](const YAML::Node& v) { read_duration(v, "limits." + name, or_off, out, r.errors); });
  };
  integer("max_pdu_octets", 16, 1048576, l.max_pdu_octets);
  integer("max_connections", 1, 1000000, l.max_connections);
  integer("max_connections_per_address", 1, 1000000, l.max_connections_per_address, true);
  integer("max_bind_attempts_per_minute", 1, 1000000, l.max_bind_attempts_per_minute, true);
  integer("max_unsent_octets", 1024, 1073741824, l.max_unsent_octets);
  integer("max_window", 1, 10000000, l.max_window);
  integer("max_kept_messages", 1, 10000000, l.max_kept_messages);
  integer("max_kept_octets", 1024, 4294967295, l.max_kept_octets);
  duration("bind_timeout", l.bind_timeout);
  duration("inactivity_timeout", l.inactivity_timeout, true);
  duration("response_timeout", l.response_timeout);
  duration("connect_timeout", l.connect_timeout);
  duration("drain_timeout", l.drain_timeout);
  s.finish();
}

void read_journal(const YAML::Node& n, reading& r) {
  section s(n, "journal", r.errors);
  s.key("retention",
        [&](const YAML::Node& v) { read_retention(v, "journal.retention", r.result.journal_retention, r.errors); });
  s.finish();
}

}  // namespace proxy
