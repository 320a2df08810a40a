// What is refused, where, and in which words. The upstreams line is line 1.
#include "tests/unit/config/loading.h"

using testing::errors_after_upstreams;
using testing::errors_in;
using lines = std::vector<std::string>;

TEST_CASE("a configuration without upstreams") {
  const std::string missing =
      "`upstreams` is missing: say where the SMSC is, such as `upstreams: [{address: \"smsc.example:2775\"}]`";
  CHECK(errors_in("") == lines{"1:1: " + missing});
  CHECK(errors_in("# nothing\n") == lines{"1:1: " + missing});
  CHECK(errors_in("workers: 1\n") == lines{"1:1: " + missing});
  CHECK(errors_in("upstreams: []") ==
        lines{"1:12: `upstreams` must be a list with one or more entries, such as `- address: smsc.example:2775`"});
  CHECK(errors_in("upstreams:\n  - default_alphabet: ascii\n") ==
        lines{"2:5: `upstreams[0]` needs `address: HOST:PORT`"});
  CHECK(errors_in("- address: smsc.example:2775\n") == lines{"1:1: the file must be a mapping of `key: value` lines"});
}

TEST_CASE("every error of a file at once, in its order") {
  CHECK(errors_in("workers: none\n"
                  "upstreams:\n"
                  "  - address: smsc.example\n"
                  "policy:\n"
                  "  mod: observe\n"
                  "  default: maybe\n"
                  "senders:\n"
                  "  - {name: a, group: \"\"}\n") ==
        lines{"1:10: `workers` is `none`; it must be a whole number from 1 to 64",
              "3:14: `upstreams[0].address` is `smsc.example`; it must be HOST:PORT, such as 127.0.0.1:2775 or "
              "\"[::1]:2775\" with its quotes",
              "5:3: unknown key `mod` in `policy`; did you mean `mode`?",
              "6:12: `policy.default` is `maybe`; it must be one of opt_in, opt_out, exempt",
              "8:22: `senders[0].group` is empty; it must be a text"});
}

TEST_CASE("unknown keys get the nearest known one, or all of them") {
  CHECK(errors_after_upstreams("sender: []\n") == lines{"2:1: unknown key `sender`; did you mean `senders`?"});
  CHECK(errors_after_upstreams("senders: [{name: a, system_id: [x]}]\n") ==
        lines{"2:21: unknown key `system_id` in `senders[0]`; did you mean `system_ids`?"});
  CHECK(errors_after_upstreams("store: {folder: /srv}\n") ==
        lines{"2:9: unknown key `folder` in `store`; known are `path`"});
  CHECK(errors_after_upstreams("admin: {port: 1}\n") ==
        lines{"2:9: unknown key `port` in `admin`; known are `address`, `token_file`, `tokens`"});
  CHECK(
      errors_after_upstreams("policy: {refusal_status: {opt_out: 0x45, none: 0x45}}\n") ==
      lines{
          "2:27: unknown key `opt_out` in `policy.refusal_status`; did you mean `opted_out`?",
          "2:42: unknown key `none` in `policy.refusal_status`; known are `consent_expired`, `frequency_cap`, "
          "`missing_opt_out_mention`, `no_consent`, `opted_out`, `quiet_hours`, `sender_mismatch`, `source_recalled`, "
          "`store_unavailable`, `throttled`, `unreadable_number`, `unverifiable_destination`"});
  CHECK(errors_after_upstreams("[a, b]: 1\n") == lines{"2:1: a key must be a word"});
}

TEST_CASE("keys and names that are given twice") {
  CHECK(errors_after_upstreams("workers: 1\nworkers: 2\n") == lines{"3:1: `workers` is given twice; keep one"});
  CHECK(errors_after_upstreams("policy: {mode: observe, mode: enforce}\n") ==
        lines{"2:25: `mode` is given twice; keep one"});
  CHECK(errors_after_upstreams("senders:\n  - name: a\n  - name: a\n") ==
        lines{"4:5: two senders have the name `a`; names must differ"});
  CHECK(errors_after_upstreams("listen:\n  - address: 0.0.0.0:1\n  - address: 0.0.0.0:1\n") ==
        lines{"4:5: `listen` has 0.0.0.0:1 twice; keep one"});
}

TEST_CASE("addresses and ports") {
  const auto error = [](const std::string& address) {
    return errors_after_upstreams("admin: {address: " + address + "}\n");
  };
  const auto wrong = [](const std::string& shown, const std::string& what) {
    return lines{"2:18: `admin.address` is " + shown + "; " + what};
  };
  const std::string form = "it must be HOST:PORT, such as 127.0.0.1:2775 or \"[::1]:2775\" with its quotes";
  const std::string host = "its host is no name, no IPv4 address and no IPv6 address in brackets; " + form;
  const std::string port = "its port must be from 1 to 65535";
  CHECK(error("localhost") == wrong("`localhost`", form));
  CHECK(error("\"[::1]\"") == wrong("`[::1]`", form));
  CHECK(error("[a, b]") == wrong("a list", form));
  CHECK(error("") == wrong("empty", form));
  CHECK(error("\":2775\"") == wrong("`:2775`", host));
  CHECK(error("\"::1:2775\"") == wrong("`::1:2775`", host));
  CHECK(error("\"[::g]:2775\"") == wrong("`[::g]:2775`", host));
  CHECK(error("\"300.0.0.1:2775\"") == wrong("`300.0.0.1:2775`", host));
  CHECK(error("\"smsc..example:2775\"") == wrong("`smsc..example:2775`", host));
  CHECK(error("\"smsc example:2775\"") == wrong("`smsc example:2775`", host));
  CHECK(error("\"localhost:0\"") == wrong("`localhost:0`", port));
  CHECK(error("\"localhost:65536\"") == wrong("`localhost:65536`", port));
  CHECK(error("\"localhost:\"") == wrong("`localhost:`", port));
  CHECK(error("\"localhost:0x50\"") == wrong("`localhost:0x50`", port));
  CHECK(error("\"localhost:99999999999999999999\"") == wrong("`localhost:99999999999999999999`", port));
}

TEST_CASE("values of the wrong kind") {
  CHECK(errors_after_upstreams("listen: 0.0.0.0:2775\n") ==
        lines{"2:9: `listen` must be a list with one or more entries, such as `- address: 0.0.0.0:2775`"});
  CHECK(errors_after_upstreams("listen:\n  - {address: \"a:1\", proxy_protocol: v2}\n") ==
        lines{"3:38: `listen[0].proxy_protocol` is `v2`; it must be one of true, false"});
  CHECK(errors_after_upstreams("listen: [0.0.0.0]\n") ==
        lines{"2:10: `listen[0]` must be a mapping of `key: value` lines"});
  CHECK(errors_after_upstreams("senders: {name: a}\n") ==
        lines{"2:10: `senders` is a mapping; it must be a list, such as `- name: diagnostics`"});
  CHECK(errors_after_upstreams("senders: [{}]\n") == lines{"2:11: `senders[0]` needs a `name`"});
  CHECK(errors_after_upstreams("senders: [{name: [a]}]\n") ==
        lines{"2:18: `senders[0].name` is a list; it must be a text"});
  CHECK(errors_after_upstreams("senders: [{name: a, system_ids: x}]\n") ==
        lines{"2:33: `senders[0].system_ids` is `x`; it must be a list, such as [a, b]"});
  CHECK(errors_after_upstreams("senders: [{name: a, system_ids: [x, \"\"]}]\n") ==
        lines{"2:37: `senders[0].system_ids[1]` is empty; it must be a text"});
  CHECK(errors_after_upstreams("policy: {mode: [enforce]}\n") ==
        lines{"2:16: `policy.mode` is a list; it must be one of enforce, observe"});
  CHECK(errors_after_upstreams("policy: {observe_opt_outs: maybe}\n") ==
        lines{"2:28: `policy.observe_opt_outs` is `maybe`; it must be one of true, false"});
  CHECK(errors_after_upstreams("opt_out: {scope: everybody}\n") ==
        lines{"2:18: `opt_out.scope` is `everybody`; it must be one of sender, group, all"});
  CHECK(errors_in("upstreams: [{address: \"a:1\", default_alphabet: utf8}]\n") ==
        lines{"1:48: `upstreams[0].default_alphabet` is `utf8`; it must be one of gsm7, ascii, latin1"});
  CHECK(errors_after_upstreams("store: {path: \"\"}\n") == lines{"2:15: `store.path` is empty; it must be a text"});
  CHECK(errors_after_upstreams("store: /srv\n") == lines{"2:8: `store` must be a mapping of `key: value` lines"});
}

TEST_CASE("texts that could not be shown") {
  const std::string plain = "; it must be a plain text in a file saved as UTF-8";
  CHECK(errors_after_upstreams("senders: [{name: \xE9t\xE9}]\n") ==
        lines{"2:18: `senders[0].name` is not UTF-8" + plain});
  CHECK(errors_after_upstreams("senders: [{name: \"a\\nb\"}]\n") ==
        lines{"2:18: `senders[0].name` holds a control character" + plain});
  CHECK(errors_after_upstreams("senders: [{name: \xC3\xA9t\xC3\xA9}]\n").empty());
}

TEST_CASE("numbers of the numbering plan") {
  CHECK(errors_after_upstreams("numbers: {country_code: \"+33\"}\n") ==
        lines{"2:25: `numbers.country_code` is `+33`; it must be one to 3 digits, without +"});
  CHECK(errors_after_upstreams("numbers: {country_code: \"\"}\n") ==
        lines{"2:25: `numbers.country_code` is ``; it must be one to 3 digits, without +"});
  CHECK(errors_after_upstreams("numbers: {country_code: \"033\"}\n") ==
        lines{"2:25: `numbers.country_code` is `033`; it does not start with 0, such as 33"});
  CHECK(
      errors_after_upstreams("numbers: {trunk_prefix: none}\n") ==
      lines{
          "2:25: `numbers.trunk_prefix` is `none`; it must be one to 5 digits, without +, or \"\" when there is none"});
}

TEST_CASE("refusal_status: nothing that is no refusal, nothing that makes senders retry what stays refused") {
  const auto one = [](const std::string& status) {
    return errors_after_upstreams("policy: {refusal_status: " + status + "}\n");
  };
  for (const std::string status : {"0x08", "0x14", "0x58", "88", "ESME_RTHROTTLED", "ESME_RMSGQFUL", "ESME_RSYSERR"}) {
    CHECK(one(status) ==
          lines{"2:26: `policy.refusal_status` is `" + status +
                "`, which makes senders retry what will be refused again; use a final status, such as 0x45"});
  }
  for (const std::string status : {"0x00", "0", "ESME_ROK"}) {
    CHECK(one(status) == lines{"2:26: `policy.refusal_status` is `" + status +
                               "`, which tells the sender that its message was accepted; use a refusal, such as 0x45"});
  }
  for (const std::string status : {"0x", "-1", "0x100000000", "ESME_NOSUCH", "fail", "4 5", "0xx45"}) {
    CHECK(one(status) == lines{"2:26: `policy.refusal_status` is `" + status +
                               "`; it must be a command_status, such as 0x45 or ESME_RSUBMITFAIL"});
  }
  CHECK(one("[0x45]") ==
        lines{"2:26: `policy.refusal_status` is a list; it must be one command_status, such as 0x45, or a mapping "
              "from reason to command_status"});
  for (const std::string reason :
       {"sender_mismatch", "unreadable_number", "unverifiable_destination", "opted_out", "source_recalled",
        "consent_expired", "no_consent", "quiet_hours", "frequency_cap", "missing_opt_out_mention"}) {
    CHECK(one("{" + reason + ": 0x14}").size() == 1);
  }
  for (const std::string reason : {"store_unavailable", "throttled"}) {
    CHECK(one("{" + reason + ": 0x14}").empty());
    CHECK(one("{" + reason + ": 0x00}").size() == 1);
  }
}

TEST_CASE("limits out of range") {
  const auto limit = [](const std::string& text) { return errors_after_upstreams("limits: {" + text + "}\n"); };
  CHECK(limit("max_pdu_octets: 15") ==
        lines{"2:26: `limits.max_pdu_octets` is `15`; it must be a whole number from 16 to 1048576"});
  CHECK(limit("max_pdu_octets: 1048577").size() == 1);
  CHECK(limit("max_pdu_octets: 70 000").size() == 1);
  CHECK(limit("max_window: -1").size() == 1);
  CHECK(limit("max_connections: off").size() == 1);
  CHECK(
      limit("max_connections_per_address: 0") ==
      lines{"2:39: `limits.max_connections_per_address` is `0`; it must be a whole number from 1 to 1000000, or off"});
  CHECK(limit("max_bind_attempts_per_minute: 0").size() == 1);
  CHECK(limit("bind_timeout: 30 seconds") ==
        lines{"2:24: `limits.bind_timeout` is `30 seconds`; it must be a time such as 500ms, 30s or 2m, up to 24h"});
  CHECK(limit("inactivity_timeout: never") == lines{"2:30: `limits.inactivity_timeout` is `never`; it must be a time "
                                                    "such as 500ms, 30s or 2m, up to 24h, or off"});
  for (const std::string time :
       {"off", "0", "0s", "1.5s", "s", "-3s", "25h", "5124095576030431h", "99999999999999999999"}) {
    CHECK(limit("connect_timeout: " + time).size() == 1);
  }
  CHECK(errors_after_upstreams("workers: 65\n").size() == 1);
}

TEST_CASE("where binds may come from, and how many") {
  const std::string form = "; it must be an address or a prefix, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32";
  CHECK(errors_after_upstreams("senders:\n  - {name: a, allow_from: [10.0.0.0/8, 10.0.0.1/8, ten]}\n") ==
        lines{"3:40: `senders[0].allow_from[1]` is `10.0.0.1/8`" + form,
              "3:52: `senders[0].allow_from[2]` is `ten`" + form});
  CHECK(errors_after_upstreams("senders:\n  - {name: a, max_binds: 0}\n") ==
        lines{"3:26: `senders[0].max_binds` is `0`; it must be a whole number from 1 to 1000000, or off"});
  CHECK(errors_after_upstreams("senders:\n  - {name: a, max_submits_per_second: 1.5, over_rate: wait}\n") ==
        lines{"3:39: `senders[0].max_submits_per_second` is `1.5`; it must be a whole number from 1 to 1000000, or off",
              "3:55: `senders[0].over_rate` is `wait`; it must be one of refuse, slow"});
}

TEST_CASE("balance, and upstreams of a sender") {
  CHECK(errors_after_upstreams("balance: round_robin\n") ==
        lines{"2:10: `balance` is `round_robin`; it must be one of in_order, least_sessions"});
  CHECK(errors_after_upstreams("senders:\n  - {name: a, upstreams: []}\n") ==
        lines{"3:26: `senders[0].upstreams` must be a list with one or more entries, such as `- address: "
              "smsc.example:2775`"});
  CHECK(errors_after_upstreams("senders:\n  - name: a\n    upstreams: [{address: \"b:1\", tsl: {}}]\n") ==
        lines{"4:34: unknown key `tsl` in `senders[0].upstreams[0]`; did you mean `tls`?"});
}

TEST_CASE("TLS that is asked for in half") {
  const auto listening = [](const std::string& tls) {
    return errors_after_upstreams("listen:\n  - address: 0.0.0.0:3550\n    tls: " + tls + "\n");
  };
  const std::string needs =
      "`listen[0].tls` needs a certificate and its key, such as {certificate: gate.pem, private_key: gate.key}";
  CHECK(listening("{certificate: a, private_key: b, client_ca: c}").empty());
  CHECK(listening("{certificate: a}") == lines{"4:10: " + needs});
  CHECK(listening("{private_key: a}") == lines{"4:10: " + needs});
  CHECK(listening("{}") == lines{"4:10: " + needs});
  CHECK(listening("").size() == 1);
  CHECK(listening("true") == lines{"4:10: `listen[0].tls` must be a mapping of `key: value` lines"});
  CHECK(listening("{certificate: a, private_key: b, ca: c}") ==
        lines{"4:43: unknown key `ca` in `listen[0].tls`; known are `certificate`, `client_ca`, `private_key`"});
  CHECK(listening("{certificate: [a], private_key: b}") ==
        lines{"4:24: `listen[0].tls.certificate` is a list; it must be a text"});

  const auto reaching = [](const std::string& tls) {
    return errors_in("upstreams:\n  - address: smsc.example:3550\n    tls: " + tls + "\n");
  };
  CHECK(reaching("").empty());
  CHECK(reaching("{}").empty());
  CHECK(reaching("{ca: a, server_name: b.example, certificate: c, private_key: d}").empty());
  CHECK(reaching("{certificate: c}") ==
        lines{"3:10: `upstreams[0].tls` has one of `certificate` and `private_key`; give both, or neither"});
  CHECK(reaching("{server_name: \"b.example:3550\"}") ==
        lines{"3:24: `upstreams[0].tls.server_name` is `b.example:3550`; it must be the host that is in the upstream's "
              "certificate, without a port"});
  CHECK(reaching("off") == lines{"3:10: `upstreams[0].tls` must be a mapping of `key: value` lines"});
}

TEST_CASE("what is no YAML has its place too") {
  CHECK(errors_in("upstreams:\n  - address: a:1\n   bad\n\tx: [").size() == 1);
  CHECK(errors_in("workers: [1\nlisten: 2\n").front().substr(0, 12) == "2:7: not YAM");
  CHECK(errors_in("upstreams: *nobody\n").front().substr(0, 15) == "1:12: not YAML:");
  CHECK(errors_after_upstreams("---\nworkers: 1\n") ==
        lines{"3:1: a second YAML document begins here; the configuration is one"});
}

TEST_CASE("a file that cannot be read") {
  const testing::temporary_folder folder;
  const auto errors_of = [](const std::filesystem::path& file) {
    return testing::lines_of(std::get<std::vector<proxy::config_error>>(proxy::load_config(file)));
  };
  CHECK(errors_of(folder.path() / "absent.yaml") == lines{"0:0: cannot be read: No such file or directory"});
  CHECK(errors_of(folder.path()) == lines{"0:0: cannot be read: it is a folder; name the file in it"});
}

TEST_CASE("tokens: each with a name, a role and a file of its own") {
  const auto tokens = [](const std::string& list) {
    return errors_after_upstreams("admin: {token_file: a.token, tokens: [" + list + "]}\n");
  };
  CHECK(tokens("").empty());
  CHECK(tokens("{name: Ann Lee, role: viewer, token_file: ann.token}").empty());
  CHECK(errors_after_upstreams("admin: {tokens: alice}\n") ==
        lines{"2:17: `admin.tokens` is `alice`; it must be a list, such as `- {name: alice, role: officer, token_file: "
              "alice.token}`"});
  CHECK(tokens("{}") ==
        lines{"2:39: `admin.tokens[0]` needs a `name`, such as {name: alice, role: officer, token_file: alice.token}",
              "2:39: `admin.tokens[0]` needs a `role`, such as {name: alice, role: officer, token_file: alice.token}",
              "2:39: `admin.tokens[0]` needs a `token_file`, such as {name: alice, role: officer, token_file: "
              "alice.token}"});
  CHECK(tokens("{name: a, role: boss, token_file: b}") ==
        lines{"2:55: `admin.tokens[0].role` is `boss`; it must be one of viewer, clerk, officer"});
  for (const std::string name : {"admin", "gate", "cli", "\"import:x\""}) {
    const std::string shown = name.front() == '"' ? "import:x" : name;
    CHECK(tokens("{name: " + name + ", role: clerk, token_file: b}") ==
          lines{"2:46: `admin.tokens[0].name` is `" + shown +
                "`; admin, gate, cli and names with a colon mean others in events; choose another"});
  }
  CHECK(tokens("{name: \"a\\tb\", role: clerk, token_file: b}").size() == 1);
  CHECK(tokens("{name: a, role: clerk, token_file: b}, {name: a, role: clerk, token_file: c}") ==
        lines{"2:85: two tokens have the name `a`; names must differ"});
  CHECK(tokens("{name: a, role: clerk, token_file: b}, {name: c, role: clerk, token_file: ./b}") ==
        lines{"2:113: two tokens are in the file `./b`; each needs one of its own"});
  CHECK(tokens("{name: a, role: clerk, token_file: a.token}") ==
        lines{"2:74: `admin.tokens[0].token_file` is `a.token`, the file of the token admin; use another"});
  CHECK(tokens("{name: a, role: clerk, token_file: b, roles: x}") ==
        lines{"2:77: unknown key `roles` in `admin.tokens[0]`; did you mean `role`?"});
  CHECK(
      errors_after_upstreams("store: {path: s}\nadmin: {tokens: [{name: a, role: clerk, token_file: s/admin.token}]}\n")
          .size() == 1);
}
