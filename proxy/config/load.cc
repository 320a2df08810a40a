#include <algorithm>
#include <fstream>
#include <sstream>

#include "proxy/config/config.h"
#include "proxy/config/values.h"

namespace proxy {
namespace {

class loader {
 public:
  explicit loader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::variant<config, std::vector<config_error>> load(const YAML::Node& root) {
    section file(root, "", errors_);
    file.key("listen", [&](const YAML::Node& n) { read_listen(n); });
    file.key("upstreams", [&](const YAML::Node& n) { read_upstreams(n); });
    file.key("store", [&](const YAML::Node& n) { read_store(n); });
    file.key("admin", [&](const YAML::Node& n) { read_admin(n); });
    file.key("numbers", [&](const YAML::Node& n) { read_numbers(n); });
    file.key("policy", [&](const YAML::Node& n) { read_policy(n); });
    file.key("opt_out", [&](const YAML::Node& n) { read_opt_out(n); });
    file.key("senders", [&](const YAML::Node& n) { read_senders(n); });
    file.key("limits", [&](const YAML::Node& n) { read_limits(n); });
    file.key("workers", [&](const YAML::Node& n) { read_integer(n, "workers", 1, 64, false, c_.workers, errors_); });
    file.finish();
    if (!file.has("upstreams")) {
      errors_.add(root, "`upstreams` is missing: say where the SMSC is, such as `upstreams: [{address: smsc.example:2775}]`");
    }
    if (c_.token_file.empty()) c_.token_file = c_.store_path / "admin.token";
    if (!errors_.empty()) return errors_.sorted();
    return std::move(c_);
  }

 private:
  std::filesystem::path resolved(const std::string& path) const { return (folder_ / path).lexically_normal(); }

  // Senders and aggregators that ask for TLS must not be spoken to in the clear.
  void refuse_tls(section& s) {
    s.key("tls", [&](const YAML::Node& n) {
      errors_.add(n, "this version has no TLS: put a TLS proxy in front and remove `tls`, or wait for the version that has it");
    });
  }

  void read_listen(const YAML::Node& n) {
    if (!n.IsSequence() || n.size() == 0) return errors_.add(n, "`listen` must be a list, such as `- address: 0.0.0.0:2775`");
    c_.listen.clear();
    for (const YAML::Node& item : n) {
      section s(item, "listen", errors_);
      endpoint at;
      s.key("address", [&](const YAML::Node& a) { read_endpoint(a, "listen.address", at, errors_); });
      if (!s.has("address")) errors_.add(item, "an entry of `listen` needs `address: HOST:PORT`");
      refuse_tls(s);
      s.finish();
      c_.listen.push_back(at);
    }
  }

  void read_upstreams(const YAML::Node& n) {
    if (!n.IsSequence() || n.size() == 0) {
      return errors_.add(n, "`upstreams` must be a list, such as `- address: smsc.example:2775`");
    }
    for (const YAML::Node& item : n) {
      section s(item, "upstreams", errors_);
      upstream u;
      s.key("address", [&](const YAML::Node& a) {
        read_endpoint(a, "upstreams.address", u.address, errors_);
        if (a.IsScalar() && u.address.port == 0 && !u.address.host.empty()) errors_.add(a, "`upstreams.address` needs a port above 0");
      });
      if (!s.has("address")) errors_.add(item, "an entry of `upstreams` needs `address: HOST:PORT`");
      s.key("default_alphabet", [&](const YAML::Node& a) {
        using enum smpp::default_alphabet;
        read_choice<smpp::default_alphabet>(a, "upstreams.default_alphabet", {{"gsm7", gsm7}, {"ascii", ascii}, {"latin1", latin1}},
                                            u.default_alphabet, errors_);
      });
      refuse_tls(s);
      s.finish();
      c_.upstreams.push_back(u);
    }
  }

  void read_store(const YAML::Node& n) {
    section s(n, "store", errors_);
    s.key("path", [&](const YAML::Node& p) {
      std::string path;
      read_text(p, "store.path", path, errors_);
      if (path.empty()) return errors_.add(p, "`store.path` must name a folder");
      c_.store_path = resolved(path);
    });
    s.finish();
  }

  void read_admin(const YAML::Node& n) {
    section s(n, "admin", errors_);
    s.key("address", [&](const YAML::Node& a) { read_endpoint(a, "admin.address", c_.admin_address, errors_); });
    s.key("token_file", [&](const YAML::Node& f) {
      std::string path;
      read_text(f, "admin.token_file", path, errors_);
      if (path.empty()) return errors_.add(f, "`admin.token_file` must name a file");
      c_.token_file = resolved(path);
    });
    s.finish();
  }

  void read_digits(const YAML::Node& n, const std::string& name, bool may_be_empty, std::string& out) {
    std::string digits;
    read_text(n, name, digits, errors_);
    const bool only_digits = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!only_digits || digits.size() > 4 || (digits.empty() && !may_be_empty)) {
      return errors_.add(n, "`" + name + "` is `" + digits + "`; it must be one to four digits, without +");
    }
    out = digits;
  }

  void read_numbers(const YAML::Node& n) {
    section s(n, "numbers", errors_);
    s.key("country_code", [&](const YAML::Node& v) {
      read_digits(v, "numbers.country_code", false, c_.numbers.country_code);
      if (c_.numbers.country_code.starts_with("0")) errors_.add(v, "`numbers.country_code` does not start with 0, such as 33");
    });
    s.key("trunk_prefix", [&](const YAML::Node& v) { read_digits(v, "numbers.trunk_prefix", true, c_.numbers.trunk_prefix); });
    s.key("international_prefix",
          [&](const YAML::Node& v) { read_digits(v, "numbers.international_prefix", true, c_.numbers.international_prefix); });
    s.finish();
  }

  void read_kind(const YAML::Node& n, const std::string& name, policy_kind& out) {
    using enum policy_kind;
    read_choice<policy_kind>(n, name, {{"opt_in", opt_in}, {"opt_out", opt_out}, {"exempt", exempt}}, out, errors_);
  }

  void read_mode(const YAML::Node& n, const std::string& name, policy_mode& out) {
    using enum policy_mode;
    read_choice<policy_mode>(n, name, {{"enforce", enforce}, {"observe", observe}}, out, errors_);
  }

  void read_policy(const YAML::Node& n) {
    section s(n, "policy", errors_);
    s.key("default", [&](const YAML::Node& v) { read_kind(v, "policy.default", c_.default_policy); });
    s.key("mode", [&](const YAML::Node& v) { read_mode(v, "policy.mode", c_.default_mode); });
    s.key("observe_opt_outs", [&](const YAML::Node& v) { read_flag(v, "policy.observe_opt_outs", c_.observe_opt_outs, errors_); });
    s.key("refusal_status", [&](const YAML::Node& v) { read_refusal_status(v); });
    s.finish();
  }

  // One command_status for every refusal that is final, or one for each reason.
  void read_refusal_status(const YAML::Node& n) {
    if (n.IsScalar()) {
      smpp::command_status status{};
      if (!read_status(n, "policy.refusal_status", status, errors_) || !check_status(n, status, false)) return;
      for (std::size_t i = 1; i < reason_count; ++i) {
        if (!retryable(static_cast<reason>(i))) c_.statuses[static_cast<reason>(i)] = status;
      }
      return;
    }
    section s(n, "policy.refusal_status", errors_);
    for (std::size_t i = 1; i < reason_count; ++i) {
      const auto r = static_cast<reason>(i);
      s.key(std::string(name(r)), [&](const YAML::Node& v) {
        smpp::command_status status{};
        const bool readable = read_status(v, "policy.refusal_status." + std::string(name(r)), status, errors_);
        if (readable && check_status(v, status, retryable(r))) c_.statuses[r] = status;
      });
    }
    // Reasons of the interface that this version never gives: their statuses are checked all the same.
    for (const std::string later : {"quiet_hours", "frequency_cap", "missing_opt_out_mention", "throttled"}) {
      s.key(later, [&](const YAML::Node& v) {
        smpp::command_status status{};
        if (read_status(v, "policy.refusal_status." + later, status, errors_)) check_status(v, status, later == "throttled");
      });
    }
    s.finish();
  }

  bool check_status(const YAML::Node& n, smpp::command_status status, bool may_be_retried) {
    const auto value = static_cast<std::uint32_t>(status);
    if (value == 0) {
      errors_.add(n, "0x00 would tell the sender that its message was accepted; use a refusal, such as 0x45");
      return false;
    }
    if (!may_be_retried && (value == 0x08 || value == 0x14 || value == 0x58)) {
      errors_.add(n, "`" + n.Scalar() + "` makes senders retry what will be refused again; use a final status, such as 0x45");
      return false;
    }
    return true;
  }

  void read_opt_out(const YAML::Node& n) {
    section s(n, "opt_out", errors_);
    s.key("scope", [&](const YAML::Node& v) {
      using enum opt_out_scope;
      read_choice<opt_out_scope>(v, "opt_out.scope", {{"sender", sender}, {"group", group}, {"all", all}}, c_.stop_scope, errors_);
    });
    s.finish();
  }

  void read_senders(const YAML::Node& n) {
    if (!n.IsSequence()) return errors_.add(n, "`senders` must be a list, such as `- name: diagnostics`");
    for (std::size_t i = 0; i < n.size(); ++i) read_sender(n[i], "senders[" + std::to_string(i) + "]");
  }

  void read_sender(const YAML::Node& n, const std::string& where) {
    section s(n, where, errors_);
    sender_config made;
    made.policy = c_.default_policy;
    made.mode = c_.default_mode;
    made.observe_opt_outs = c_.observe_opt_outs;
    s.key("name", [&](const YAML::Node& v) { read_name(v, where + ".name", made.name); });
    if (!s.has("name")) errors_.add(n, "`" + where + "` needs a `name`");
    if (std::ranges::any_of(c_.senders, [&](const sender_config& o) { return o.name == made.name; })) {
      errors_.add(n, "two senders have the name `" + made.name + "`; names must differ");
    }
    made.group = made.name;
    s.key("group", [&](const YAML::Node& v) { read_name(v, where + ".group", made.group); });
    s.key("system_ids", [&](const YAML::Node& v) { read_texts(v, where + ".system_ids", made.system_ids, errors_); });
    s.key("source_addresses", [&](const YAML::Node& v) { read_texts(v, where + ".source_addresses", made.source_addresses, errors_); });
    s.key("policy", [&](const YAML::Node& v) { read_kind(v, where + ".policy", made.policy); });
    s.key("mode", [&](const YAML::Node& v) { read_mode(v, where + ".mode", made.mode); });
    s.key("observe_opt_outs", [&](const YAML::Node& v) { read_flag(v, where + ".observe_opt_outs", made.observe_opt_outs, errors_); });
    s.finish();
    c_.senders.push_back(std::move(made));
  }

  void read_name(const YAML::Node& n, const std::string& name, std::string& out) {
    std::string text;
    read_text(n, name, text, errors_);
    if (text.empty()) return errors_.add(n, "`" + name + "` must be a text that is not empty");
    out = text;
  }

  void read_limits(const YAML::Node& n) {
    section s(n, "limits", errors_);
    limits_config& l = c_.limits;
    const auto integer = [&](const char* name, std::uint32_t least, std::uint32_t most, bool or_off, std::uint32_t& out) {
      s.key(name, [&](const YAML::Node& v) { read_integer(v, "limits." + std::string(name), least, most, or_off, out, errors_); });
    };
    const auto duration = [&](const char* name, bool or_off, std::chrono::milliseconds& out) {
      s.key(name, [&](const YAML::Node& v) { read_duration(v, "limits." + std::string(name), or_off, out, errors_); });
    };
    integer("max_pdu_octets", 16, 1048576, false, l.max_pdu_octets);
    integer("max_connections", 1, 1000000, false, l.max_connections);
    integer("max_connections_per_address", 1, 1000000, true, l.max_connections_per_address);
    integer("max_unsent_octets", 1024, 1073741824, false, l.max_unsent_octets);
    integer("max_window", 1, 10000000, false, l.max_window);
    duration("bind_timeout", false, l.bind_timeout);
    duration("inactivity_timeout", true, l.inactivity_timeout);
    duration("response_timeout", false, l.response_timeout);
    duration("connect_timeout", false, l.connect_timeout);
    duration("drain_timeout", false, l.drain_timeout);
    s.finish();
  }

  std::filesystem::path folder_;
  error_list errors_;
  config c_;
};

}  // namespace

std::variant<config, std::vector<config_error>> load_config(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return std::vector<config_error>{{0, 0, "cannot be read: does it exist, and may this user read it?"}};
  std::ostringstream text;
  text << in.rdbuf();
  try {
    YAML::Node root = YAML::Load(text.str());
    return loader(std::filesystem::absolute(file).parent_path()).load(root);
  } catch (const YAML::Exception& e) {
    return std::vector<config_error>{{e.mark.line + 1, e.mark.column + 1, "not YAML: " + e.msg}};
  }
}

}  // namespace proxy
