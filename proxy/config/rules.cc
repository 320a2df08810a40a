// What consent is asked of a message: policy, opt_out.
#include <array>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

bool makes_senders_retry(smpp::command_status status) {
  using enum smpp::command_status;
  return status == ESME_RSYSERR || status == ESME_RMSGQFUL || status == ESME_RTHROTTLED;
}

// A status that is readable and makes the sender do what it should.
bool read_refusal(const YAML::Node& n, const std::string& name, bool may_be_retried, smpp::command_status& out,
                  reading& r) {
  smpp::command_status status{};
  if (!read_status(n, name, status, r.errors)) return false;
  if (status == smpp::command_status::ESME_ROK) {
    r.errors.add(n, "`" + name + "` is " + shown(n) +
                        ", which tells the sender that its message was accepted; use a refusal, such as 0x45");
    return false;
  }
  if (!may_be_retried && makes_senders_retry(status)) {
    r.errors.add(n, "`" + name + "` is " + shown(n) +
                        ", which makes senders retry what will be refused again; use a final status, such as 0x45");
    return false;
  }
  out = status;
  return true;
}

// One command_status for every refusal that is final.
void read_one_status(const YAML::Node& n, reading& r) {
  smpp::command_status status{};
  if (!read_refusal(n, "policy.refusal_status", false, status, r)) return;
  for (auto& [reason, used] : r.result.statuses) {
    if (!retryable(reason)) used = status;
  }
}

void read_status_of_each_reason(const YAML::Node& n, reading& r) {
  const std::string name = "policy.refusal_status";
  section s(n, name, r.errors);
  for (auto& [reason, used] : r.result.statuses) {
    const std::string key(proxy::name(reason));
    s.key(key, [&](const YAML::Node& v) { read_refusal(v, name + "." + key, retryable(reason), used, r); });
  }
  s.finish();
}

void read_refusal_status(const YAML::Node& n, reading& r) {
  if (n.IsMap()) return read_status_of_each_reason(n, r);
  if (n.IsScalar()) return read_one_status(n, r);
  r.errors.add(n, "`policy.refusal_status` is " + shown(n) +
                      "; it must be one command_status, such as 0x45, or a mapping from reason to command_status");
}

}  // namespace

void read_policy_kind(const YAML::Node& n, const std::string& name, policy_kind& out, error_list& errors) {
  using enum policy_kind;
  read_choice<policy_kind>(n, name, {{"opt_in", opt_in}, {"opt_out", opt_out}, {"exempt", exempt}}, out, errors);
}

void read_policy_mode(const YAML::Node& n, const std::string& name, policy_mode& out, error_list& errors) {
  using enum policy_mode;
  read_choice<policy_mode>(n, name, {{"enforce", enforce}, {"observe", observe}}, out, errors);
}

void read_policy(const YAML::Node& n, reading& r) {
  config& c = r.result;
  section s(n, "policy", r.errors);
  s.key("default", [&](const YAML::Node& v) { read_policy_kind(v, "policy.default", c.default_policy, r.errors); });
  s.key("mode", [&](const YAML::Node& v) { read_policy_mode(v, "policy.mode", c.default_mode, r.errors); });
  s.key("observe_opt_outs",
        [&](const YAML::Node& v) { read_flag(v, "policy.observe_opt_outs", c.observe_opt_outs, r.errors); });
  s.key("consent_life", [&](const YAML::Node& v) { read_months(v, "policy.consent_life", c.consent_life, r.errors); });
  s.key("refusal_status", [&](const YAML::Node& v) { read_refusal_status(v, r); });
  s.finish();
}

void read_opt_out(const YAML::Node& n, reading& r) {
  section s(n, "opt_out", r.errors);
  s.key("scope", [&](const YAML::Node& v) {
    using enum opt_out_scope;
    read_choice<opt_out_scope>(v, "opt_out.scope", {{"sender", sender}, {"group", group}, {"all", all}},
                               r.result.stop_scope, r.errors);
  });
  s.key("cancel_scheduled", [&](const YAML::Node& v) {
    read_choice<bool>(v, "opt_out.cancel_scheduled", {{"on", true}, {"off", false}}, r.result.cancel_scheduled,
                      r.errors);
  });
  s.key("carrier", [&](const YAML::Node& v) { read_carrier(v, "opt_out.carrier", r.result.carrier, r.errors); });
  s.finish();
}

}  // namespace proxy
