// What is valid, and what it means.
#include "tests/unit/config/loading.h"

using namespace proxy;
using namespace std::chrono_literals;
using smpp::command_status;
using testing::valid;
using testing::valid_after_upstreams;

namespace {

const std::vector<reason> final_reasons{
    reason::sender_mismatch, reason::unreadable_number, reason::unverifiable_destination,
    reason::opted_out,       reason::source_recalled,   reason::consent_expired,
    reason::no_consent};

}  // namespace

TEST_CASE("upstreams alone is a configuration, with every default") {
  const config c = valid("upstreams:\n  - address: smsc.example:2775\n");
  CHECK(c.listen == std::vector<proxy::listening>{{{"0.0.0.0", 2775}}});
  CHECK(c.upstreams == std::vector<upstream>{{{"smsc.example", 2775}, smpp::default_alphabet::gsm7}});
  CHECK(c.store_path == "/var/lib/consentgate");
  CHECK(c.admin_address == endpoint{"127.0.0.1", 9775});
  CHECK(c.token_file == "/var/lib/consentgate/admin.token");
  CHECK(c.numbers.country_code.empty());
  CHECK(c.numbers.trunk_prefix == "0");
  CHECK(c.numbers.international_prefix == "00");
  CHECK(c.default_policy == policy_kind::opt_in);
  CHECK(c.default_mode == policy_mode::enforce);
  CHECK_FALSE(c.observe_opt_outs);
  CHECK(c.statuses.size() == reason_count - 1);
  for (const reason r : final_reasons)
    CHECK(c.statuses.at(r) == command_status::ESME_RSUBMITFAIL);
  CHECK(c.statuses.at(reason::store_unavailable) == command_status::ESME_RMSGQFUL);
  CHECK(c.stop_scope == opt_out_scope::group);
  CHECK(c.senders.empty());
  CHECK(c.limits == limits_config{});
  CHECK(c.workers == 1);
  CHECK(c.warnings.empty());
}

TEST_CASE("deploy/consentgate.yaml spells out the defaults") {
  const auto loaded = load_config(std::string(CONSENTGATE_TESTS_DIR) + "/../deploy/consentgate.yaml");
  REQUIRE(std::holds_alternative<config>(loaded));
  const config& c = std::get<config>(loaded);
  const config defaults = valid("upstreams:\n  - address: smsc.example:2775\n");
  CHECK(c.listen == defaults.listen);
  CHECK(c.upstreams == defaults.upstreams);
  CHECK(c.store_path == defaults.store_path);
  CHECK(c.admin_address == defaults.admin_address);
  CHECK(c.token_file == defaults.token_file);
  CHECK(c.numbers.country_code == defaults.numbers.country_code);
  CHECK(c.numbers.trunk_prefix == defaults.numbers.trunk_prefix);
  CHECK(c.numbers.international_prefix == defaults.numbers.international_prefix);
  CHECK(c.default_policy == defaults.default_policy);
  CHECK(c.default_mode == defaults.default_mode);
  CHECK(c.observe_opt_outs == defaults.observe_opt_outs);
  CHECK(c.statuses == defaults.statuses);
  CHECK(c.stop_scope == defaults.stop_scope);
  CHECK(c.senders == defaults.senders);
  CHECK(c.limits == defaults.limits);
  CHECK(c.workers == defaults.workers);
  CHECK(c.warnings.empty());
}

TEST_CASE("the documented example, without its TLS lines") {
  const config c = valid(R"(
listen:
  - address: 0.0.0.0:2775
  - address: 0.0.0.0:3550
upstreams:                        # tried in this order at every bind; the next one when one is down
  - address: smsc.aggregator.example:2775
  - address: backup.aggregator.example:3550
store:
  path: /var/lib/consentgate
admin:
  address: 127.0.0.1:9775
  token_file: admin.token         # default: STORE/admin.token, made with mode 0600 at the first start
numbers:                          # how a national number becomes E.164
  country_code: "33"
  trunk_prefix: "0"
  international_prefix: "00"
policy:
  default: opt_in                 # opt_in: a live opt-in is needed · opt_out: blocked only if opted out · exempt
  mode: enforce                   # enforce | observe (forward what lacks consent, count and journal it)
  refusal_status: 0x45            # command_status of a refusal; or a map from reason to status
opt_out:
  scope: group                    # what a bare STOP covers: sender | group | all
senders:
  - name: diagnostics
    group: dse
    system_ids: [dse_diag]        # binds that send for it
    source_addresses: ["36111", DSE]
    policy: opt_in
    mode: enforce
)");
  CHECK(c.listen.size() == 2);
  CHECK(c.upstreams.at(1).address == endpoint{"backup.aggregator.example", 3550});
  CHECK(c.numbers.country_code == "33");
  CHECK(c.senders == std::vector<sender_config>{{"diagnostics", "dse", {"dse_diag"}, {"36111", "DSE"}}});
}

TEST_CASE("tokens, and their files beside the configuration") {
  const testing::temporary_folder folder;
  const auto loaded = testing::load_in(folder, testing::upstream_line +
                                                   "admin:\n  tokens:\n"
                                                   "    - {name: vera, role: viewer, token_file: vera.token}\n"
                                                   "    - {name: Carl Ü, role: clerk, token_file: /etc/carl}\n"
                                                   "    - {name: olga, role: officer, token_file: olga.token}\n");
  CHECK(std::get<config>(loaded).tokens ==
        std::vector<token_config>{{"vera", role::viewer, folder.path() / "vera.token"},
                                  {"Carl Ü", role::clerk, "/etc/carl"},
                                  {"olga", role::officer, folder.path() / "olga.token"}});
}

TEST_CASE("relative paths begin at the file's folder, and the token lies in the store") {
  const testing::temporary_folder folder;
  const auto one = testing::load_in(folder, testing::upstream_line + "store: {path: state/../store}\n");
  CHECK(std::get<config>(one).store_path == folder.path() / "store");
  CHECK(std::get<config>(one).token_file == folder.path() / "store" / "admin.token");
  const auto two =
      testing::load_in(folder, testing::upstream_line + "admin: {token_file: secret}\nstore: {path: /srv/gate}\n");
  CHECK(std::get<config>(two).store_path == "/srv/gate");
  CHECK(std::get<config>(two).token_file == folder.path() / "secret");
}

TEST_CASE("upstreams of a sender's own") {
  const config c = valid_after_upstreams(
      "balance: least_sessions\nsenders:\n  - {name: a, system_ids: [x, y], upstreams: [{address: \"own:1\"}]}\n"
      "  - {name: b, system_ids: [y, z]}\n");
  CHECK(c.balance == proxy::balancing::least_sessions);
  CHECK(upstreams_for(c, "x").at(0).address.host == "own");
  CHECK(upstreams_for(c, "y").at(0).address.host == "own");
  CHECK(upstreams_for(c, "z").at(0).address.host == "smsc.example");
  CHECK(upstreams_for(c, "unknown").at(0).address.host == "smsc.example");
  CHECK(every_upstream(c).size() == 2);
}

TEST_CASE("TLS files lie beside the configuration, and know where they are named") {
  const testing::temporary_folder folder;
  const auto loaded =
      testing::load_in(folder,
                       "upstreams:\n  - {address: \"a:1\", tls: {ca: ca.pem, server_name: b}}\n  - "
                       "{address: \"a:2\", tls: {}}\n  - address: \"a:3\"\nlisten:\n  - address: \"c:4\"\n"
                       "    tls: {certificate: gate.pem, private_key: /etc/gate.key, client_ca: s.pem}\n");
  const config c = std::get<config>(loaded);
  const proxy::tls_config asked = c.upstreams.at(0).tls.value();
  CHECK(asked.ca.value().path == folder.path() / "ca.pem");
  CHECK(asked.server_name == "b");
  CHECK(c.upstreams.at(1).tls == proxy::tls_config{});
  CHECK(!c.upstreams.at(2).tls);
  const proxy::tls_config shown = c.listen.at(0).tls.value();
  CHECK(shown.certificate.value().path == folder.path() / "gate.pem");
  CHECK(shown.private_key.value().path == "/etc/gate.key");
  CHECK(shown.ca.value().path == folder.path() / "s.pem");
  CHECK(shown.private_key.value().line == 7);
  CHECK(shown.private_key.value().column == 47);
}

TEST_CASE("a reload takes other certificates, but neither other listeners nor TLS where there was none") {
  const auto listen = [](const std::string& text) { return valid_after_upstreams("listen: [" + text + "]\n"); };
  const std::string one = "{address: \"a:1\", tls: {certificate: /1, private_key: /1}}";
  const std::string renewed = "{address: \"a:1\", tls: {certificate: /2, private_key: /2}}";
  const config running = listen(one + ", {address: \"b:2\"}");
  const config other_files = listen(renewed + ", {address: \"b:2\"}");
  CHECK(reloaded_listen(running, other_files) == other_files.listen);
  CHECK(sealed_changes(running, other_files).empty());
  const std::vector<std::string> sealed{"listen"};
  const config one_less = listen(renewed);
  CHECK(reloaded_listen(running, one_less) == other_files.listen);
  CHECK(sealed_changes(running, one_less) == sealed);
  const config in_clear = listen("{address: \"a:1\"}, {address: \"b:2\"}");
  CHECK(reloaded_listen(running, in_clear) == running.listen);
  const config balanced = listen(one + ", {address: \"b:2\", proxy_protocol: true}");
  CHECK(balanced.listen.at(1).proxy_protocol);
  CHECK_FALSE(balanced.listen.at(0).proxy_protocol);
  CHECK(reloaded_listen(running, balanced) == running.listen);
  CHECK(sealed_changes(running, balanced) == sealed);
  CHECK(sealed_changes(running, in_clear) == sealed);
}

TEST_CASE("addresses are names, IPv4 and IPv6") {
  const config c = valid(
      "upstreams:\n  - address: 10.0.0.1:1\n  - address: \"[2001:db8::1]:65535\"\n    default_alphabet: latin1\n"
      "  - {address: \"smsc_1.example:2775\", default_alphabet: ascii}\n");
  CHECK(c.upstreams == std::vector<upstream>{{{"10.0.0.1", 1}, smpp::default_alphabet::gsm7},
                                             {{"2001:db8::1", 65535}, smpp::default_alphabet::latin1},
                                             {{"smsc_1.example", 2775}, smpp::default_alphabet::ascii}});
  CHECK(to_string(c.upstreams[1].address) == "[2001:db8::1]:65535");
  CHECK(to_string(c.upstreams[0].address) == "10.0.0.1:1");
}

TEST_CASE("a sender takes over what policy says, and is its own group") {
  const config c = valid_after_upstreams(
      "senders:\n  - name: a\n  - {name: b, policy: exempt, mode: enforce, observe_opt_outs: false, source_addresses: "
      "[\"36111\"]}\n"
      "  - {name: c, group: b, source_addresses: [\"36111\"]}\n"
      "policy: {default: opt_out, mode: observe, observe_opt_outs: true}\n");  // after the senders, and it counts all
                                                                               // the same
  CHECK(c.senders ==
        std::vector<sender_config>{{"a", "a", {}, {}, policy_kind::opt_out, policy_mode::observe, true},
                                   {"b", "b", {}, {"36111"}, policy_kind::exempt, policy_mode::enforce, false},
                                   {"c", "b", {}, {"36111"}, policy_kind::opt_out, policy_mode::observe, true}});
}

TEST_CASE("refusal_status: a number or a name stands for every final reason") {
  for (const std::string text : {"0x0B", "11", "ESME_RINVDSTADR"}) {
    const config c = valid_after_upstreams("policy: {refusal_status: " + text + "}\n");
    for (const reason r : final_reasons)
      CHECK(c.statuses.at(r) == command_status::ESME_RINVDSTADR);
    CHECK(c.statuses.at(reason::store_unavailable) == command_status::ESME_RMSGQFUL);
  }
}

TEST_CASE("refusal_status: a mapping changes the reasons it names") {
  const config c = valid_after_upstreams(
      "policy:\n  refusal_status: {opted_out: 0x400, store_unavailable: ESME_RSYSERR, throttled: ESME_RTHROTTLED, "
      "quiet_hours: "
      "0x45, "
      "frequency_cap: 0x45, missing_opt_out_mention: 0x45}\n");
  CHECK(c.statuses.at(reason::opted_out) == command_status{0x400});
  CHECK(c.statuses.at(reason::store_unavailable) == command_status::ESME_RSYSERR);
  CHECK(c.statuses.at(reason::no_consent) == command_status::ESME_RSUBMITFAIL);
  CHECK(c.statuses.at(reason::throttled) == command_status{0x58});
}

TEST_CASE("max_submits_per_second and over_rate of a sender") {
  const config c = valid_after_upstreams(
      "senders:\n  - {name: a, max_submits_per_second: 20, over_rate: slow}\n  - {name: b}\n  - {name: c, "
      "max_submits_per_second: off, over_rate: refuse}\n");
  CHECK(c.senders[0].max_submits_per_second == 20);
  CHECK(c.senders[0].over_rate == over_rate_kind::slow);
  CHECK(c.senders[1].max_submits_per_second == 0);
  CHECK(c.senders[1].over_rate == over_rate_kind::refuse);
  CHECK(c.senders[2].max_submits_per_second == 0);
  REQUIRE(c.warnings.size() == 1);
  CHECK(c.warnings[0].message == "`senders[2].over_rate` changes nothing without `max_submits_per_second`");
}

TEST_CASE("limits: times and numbers, and off") {
  const config c = valid_after_upstreams(
      "limits:\n  max_pdu_octets: 16\n  bind_timeout: 500ms\n  inactivity_timeout: 2m\n  response_timeout: 1h\n  "
      "connect_timeout: 7\n"
      "  drain_timeout: 3s\n  max_connections: 10\n  max_connections_per_address: 5\n  max_bind_attempts_per_minute: "
      "6\n  max_unsent_octets: 65536\n  "
      "max_window: 7\n"
      "workers: 64\n");
  CHECK(c.limits.max_pdu_octets == 16);
  CHECK(c.limits.bind_timeout == 500ms);
  CHECK(c.limits.inactivity_timeout == 2min);
  CHECK(c.limits.response_timeout == 1h);
  CHECK(c.limits.connect_timeout == 7s);
  CHECK(c.limits.drain_timeout == 3s);
  CHECK(c.limits.max_connections == 10);
  CHECK(c.limits.max_connections_per_address == 5);
  CHECK(c.limits.max_bind_attempts_per_minute == 6);
  CHECK(c.limits.max_unsent_octets == 65536);
  CHECK(c.limits.max_window == 7);
  CHECK(c.workers == 64);
  const config off = valid_after_upstreams(
      "limits: {inactivity_timeout: off, max_connections_per_address: off, "
      "max_bind_attempts_per_minute: off}\n");
  CHECK(off.limits == limits_config{});
}

TEST_CASE("opt_out.scope, and prefixes that do not exist") {
  CHECK(valid_after_upstreams("opt_out: {scope: sender}").stop_scope == opt_out_scope::sender);
  CHECK(valid_after_upstreams("opt_out: {scope: all}").stop_scope == opt_out_scope::all);
  const config c =
      valid_after_upstreams("numbers: {country_code: 1, trunk_prefix: \"\", international_prefix: \"011\"}");
  CHECK(c.numbers.country_code == "1");
  CHECK(c.numbers.trunk_prefix.empty());
  CHECK(c.numbers.international_prefix == "011");
}

TEST_CASE("an empty section leaves its defaults") {
  CHECK(valid_after_upstreams("policy:\nlimits:\nstore:\nadmin:\nnumbers:\nopt_out:\n").limits == limits_config{});
}

TEST_CASE("warned of: a national source address that no country_code completes") {
  const std::string senders = "senders:\n  - name: a\n    source_addresses: [\"36111\", \"01 23 45 67 89\"]\n";
  CHECK(testing::lines_of(valid_after_upstreams(senders).warnings) ==
        std::vector<std::string>{
            "4:23: `01 23 45 67 89` looks like a national number, and without `numbers.country_code` it is not the "
            "same as its international form; set it"});
  CHECK(valid_after_upstreams(senders + "numbers: {country_code: 33}\n").warnings.empty());
  CHECK(valid_after_upstreams("senders: [{name: a, source_addresses: [\"0033123456789\", \"36111\", DSE]}]")
            .warnings.empty());
}

TEST_CASE("sealed: what only a restart changes") {
  const config running = valid_after_upstreams("");
  CHECK(sealed_changes(running, running).empty());
  const config moved = valid_after_upstreams(
      "listen: [{address: \"127.0.0.1:1\"}]\nstore: {path: /srv}\nadmin: {address: \"127.0.0.1:2\"}\nworkers: 2\n");
  CHECK(sealed_changes(running, moved) == std::vector<std::string>{"listen", "store", "admin", "workers"});
  CHECK(sealed_changes(running, valid_after_upstreams("admin: {token_file: /t}")) == std::vector<std::string>{"admin"});
  const std::string clerk = "admin: {tokens: [{name: a, role: clerk, token_file: /t}]}";
  const std::string officer = "admin: {tokens: [{name: a, role: officer, token_file: /t}]}";
  CHECK(sealed_changes(running, valid_after_upstreams(clerk)) == std::vector<std::string>{"admin"});
  CHECK(sealed_changes(valid_after_upstreams(officer), valid_after_upstreams(clerk)) ==
        std::vector<std::string>{"admin"});
  CHECK(sealed_changes(
            running, valid_after_upstreams("policy: {mode: observe}\nlimits: {max_window: 1}\nsenders: [{name: a}]\n"))
            .empty());
}
