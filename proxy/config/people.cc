// Who sends, and how the numbers of those who receive are read: senders, numbers.
#include <algorithm>

#include "proxy/config/sections.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

// Long enough to be a telephone number and not a short code.
bool looks_national(const std::string& address, const store::numbering_plan& plan) {
  const bool only_digits = address.find_first_not_of("0123456789 .-()") == std::string::npos;
  const bool international = !plan.international_prefix.empty() && address.starts_with(plan.international_prefix);
  return only_digits && address.size() >= 8 && !plan.trunk_prefix.empty() && address.starts_with(plan.trunk_prefix) &&
         !international;
}

void warn_of_national_addresses(const YAML::Node& n, const sender_config& s, reading& r) {
  if (!r.result.numbers.country_code.empty()) return;
  const auto national = std::ranges::find_if(s.source_addresses,
                                             [&](const std::string& a) { return looks_national(a, r.result.numbers); });
  if (national == s.source_addresses.end()) return;
  r.warnings.add(n, "`" + *national +
                        "` looks like a national number, and without `numbers.country_code` it is not the same as its "
                        "international form; set it");
}

void read_allow_from(const YAML::Node& n, const std::string& name, std::vector<network>& out, reading& r) {
  std::vector<std::string> texts;
  if (!read_texts(n, name, texts, r.errors)) return;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (const auto read = read_network(texts[i])) {
      out.push_back(*read);
    } else {
      r.errors.add(n[i], "`" + name + "[" + std::to_string(i) + "]` is " + shown(n[i]) +
                             "; it must be an address or a prefix, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
    }
  }
}

void read_sender(const YAML::Node& n, const std::string& where, reading& r) {
  const config& c = r.result;
  sender_config made;
  made.policy = c.default_policy;
  made.mode = c.default_mode;
  made.observe_opt_outs = c.observe_opt_outs;
  made.consent_life = c.consent_life;
  section s(n, where, r.errors);
  s.required_key("name", "`" + where + "` needs a `name`",
                 [&](const YAML::Node& v) { read_text(v, where + ".name", made.name, r.errors); });
  if (!made.name.empty() && std::ranges::find(c.senders, made.name, &sender_config::name) != c.senders.end()) {
    r.errors.add(n, "two senders have the name `" + made.name + "`; names must differ");
  }
  made.group = made.name;
  s.key("group", [&](const YAML::Node& v) { read_text(v, where + ".group", made.group, r.errors); });
  s.key("system_ids", [&](const YAML::Node& v) { read_texts(v, where + ".system_ids", made.system_ids, r.errors); });
  s.key("source_addresses", [&](const YAML::Node& v) {
    if (read_texts(v, where + ".source_addresses", made.source_addresses, r.errors))
      warn_of_national_addresses(v, made, r);
  });
  s.key("upstreams", [&](const YAML::Node& v) { read_upstreams(v, where + ".upstreams", made.upstreams, r); });
  s.key("allow_from", [&](const YAML::Node& v) { read_allow_from(v, where + ".allow_from", made.allow_from, r); });
  s.key("max_binds", [&](const YAML::Node& v) {
    read_integer(v, where + ".max_binds", 1, 1000000, true, made.max_binds, r.errors);
  });
  s.key("max_submits_per_second", [&](const YAML::Node& v) {
    read_integer(v, where + ".max_submits_per_second", 1, 1000000, true, made.max_submits_per_second, r.errors);
  });
  s.key("over_rate", [&](const YAML::Node& v) {
    using enum over_rate_kind;
    read_choice<over_rate_kind>(v, where + ".over_rate", {{"refuse", refuse}, {"slow", slow}}, made.over_rate,
                                r.errors);
    if (made.max_submits_per_second == 0)
      r.warnings.add(v, "`" + where + ".over_rate` changes nothing without `max_submits_per_second`");
  });
  s.key("policy", [&](const YAML::Node& v) { read_policy_kind(v, where + ".policy", made.policy, r.errors); });
  s.key("mode", [&](const YAML::Node& v) { read_policy_mode(v, where + ".mode", made.mode, r.errors); });
  s.key("observe_opt_outs",
        [&](const YAML::Node& v) { read_flag(v, where + ".observe_opt_outs", made.observe_opt_outs, r.errors); });
  s.key("consent_life",
        [&](const YAML::Node& v) { read_months(v, where + ".consent_life", made.consent_life, r.errors); });
  s.key("confirmation",
        [&](const YAML::Node& v) { read_confirmation(v, where + ".confirmation", made.confirmation, r); });
  s.key("help", [&](const YAML::Node& v) { read_spoken(v, where + ".help", "text", made.help, r); });
  s.key("double_opt_in",
        [&](const YAML::Node& v) { read_spoken(v, where + ".double_opt_in", "question", made.double_opt_in, r); });
  read_message_rules(s, where, made.mode, made.rules, r);
  s.finish();
  r.result.senders.push_back(std::move(made));
}

}  // namespace

void read_senders(const YAML::Node& n, reading& r) {
  if (!n.IsSequence())
    return r.errors.add(n, "`senders` is " + shown(n) + "; it must be a list, such as `- name: diagnostics`");
  for (std::size_t i = 0; i < n.size(); ++i)
    read_sender(n[i], "senders[" + std::to_string(i) + "]", r);
}

void read_numbers(const YAML::Node& n, reading& r) {
  store::numbering_plan& plan = r.result.numbers;
  section s(n, "numbers", r.errors);
  s.key("country_code", [&](const YAML::Node& v) {
    std::string code;
    if (!read_digits(v, "numbers.country_code", 3, false, code, r.errors)) return;
    if (code.starts_with('0'))
      return r.errors.add(v, "`numbers.country_code` is `" + code + "`; it does not start with 0, such as 33");
    plan.country_code = code;
  });
  s.key("trunk_prefix",
        [&](const YAML::Node& v) { read_digits(v, "numbers.trunk_prefix", 5, true, plan.trunk_prefix, r.errors); });
  s.key("international_prefix", [&](const YAML::Node& v) {
    read_digits(v, "numbers.international_prefix", 5, true, plan.international_prefix, r.errors);
  });
  s.key("storage", [&](const YAML::Node& v) {
    read_choice<bool>(v, "numbers.storage", {{"plain", false}, {"hashed", true}}, r.result.hashed_numbers, r.errors);
  });
  s.finish();
}

}  // namespace proxy
