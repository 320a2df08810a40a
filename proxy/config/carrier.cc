// What tells that the carrier blocks a number for a sender: opt_out.carrier, and the same within an upstream.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

void read_statuses(const YAML::Node& n, const std::string& name, carrier_blocks& out, error_list& errors) {
  if (!n.IsSequence()) return errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a list, such as [0x403]");
  for (std::size_t i = 0; i < n.size(); ++i) {
    using enum smpp::command_status;
    smpp::command_status status{};
    const std::string one = name + "[" + std::to_string(i) + "]";
    if (!read_status(n[i], one, status, errors)) continue;
    const auto never = {ESME_ROK, ESME_RSYSERR, ESME_RMSGQFUL, ESME_RTHROTTLED};
    if (std::ranges::find(never, status) != never.end()) {
      errors.add(n[i], "`" + one + "` is " + shown(n[i]) +
                           ", which says nothing about the number; name what the SMSC answers for a blocked one");
      continue;
    }
    out.command_status.push_back(status);
  }
}

void read_errors(const YAML::Node& n, const std::string& name, carrier_blocks& out, error_list& errors) {
  if (!read_texts(n, name, out.receipt_err, errors)) return;
  for (std::size_t i = 0; i < n.size(); ++i) {
    if (out.receipt_err[i].find_first_not_of('0') == std::string::npos) {
      errors.add(n[i], "`" + name + "[" + std::to_string(i) + "]` is " + shown(n[i]) +
                           ", which receipts have when there was no error; name the code for a blocked number");
    }
  }
}

void read_states(const YAML::Node& n, const std::string& name, carrier_blocks& out, error_list& errors) {
  if (!n.IsSequence())
    return errors.add(n, "`" + name + "` is " + shown(n) + "; it must be a list, such as [REJECTED]");
  for (std::size_t i = 0; i < n.size(); ++i) {
    using enum smpp::message_state;
    smpp::message_state state{};
    if (read_choice<smpp::message_state>(
            n[i], name + "[" + std::to_string(i) + "]",
            {{"REJECTED", REJECTED}, {"UNDELIVERABLE", UNDELIVERABLE}, {"DELETED", DELETED}}, state, errors)) {
      out.message_state.push_back(state);
    }
  }
}

}  // namespace

void read_carrier(const YAML::Node& n, const std::string& name, carrier_blocks& out, error_list& errors) {
  section s(n, name, errors);
  const auto list = [&](const std::string& key, auto read) {
    s.key(key, [&](const YAML::Node& v) { read(v, name + "." + key, out, errors); });
  };
  list("command_status", read_statuses);
  list("receipt_err", read_errors);
  list("message_state", read_states);
  s.finish();
}

const carrier_blocks& carrier_of(const config& c, const endpoint& reached) {
  const std::vector<const upstream*> all = every_upstream(c);
  const auto it = std::ranges::find(all, reached, [](const upstream* u) -> const endpoint& { return u->address; });
  return it != all.end() && (*it)->carrier ? *(*it)->carrier : c.carrier;
}

bool hears_carriers(const config& c) {
  return !c.carrier.empty() ||
         std::ranges::any_of(every_upstream(c), [](const upstream* u) { return u->carrier && !u->carrier->empty(); });
}

}  // namespace proxy
