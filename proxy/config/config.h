// The configuration as consentgate uses it: every default filled in, every name resolved. Every setting
// with its default: deploy/consentgate.yaml.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proxy/classify/classifier.h"
#include "proxy/config/message_rules.h"
#include "proxy/config/network.h"
#include "proxy/credentials/password_hash.h"
#include "proxy/reason.h"
#include "proxy/role.h"
#include "smpp/pdu.h"
#include "smpp/receipt.h"
#include "smpp/text.h"
#include "store/number.h"
#include "store/precedence.h"

namespace proxy {

// HOST:PORT; the host may be a name, an IPv4 address or an IPv6 address in brackets.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const endpoint&) const = default;
};
std::string to_string(const endpoint& e);

class tls_context;  // proxy/tls

// A file that the configuration names, and where it does.
struct named_file {
  std::filesystem::path path;
  int line = 0;
  int column = 0;
  bool operator==(const named_file& other) const { return path == other.path; }
};

struct tls_config {
  std::optional<named_file> certificate{};  // with its chain; with private_key, or neither
  std::optional<named_file> private_key{};
  std::optional<named_file> ca{};  // whom to trust: a listener's client_ca; an upstream's default is the system's
  std::string server_name{};       // whose certificate an upstream must show; empty: that of its address
  std::shared_ptr<const tls_context> context{};  // what load_certificates() made of these files
  bool operator==(const tls_config& other) const {
    return certificate == other.certificate && private_key == other.private_key && ca == other.ca &&
           server_name == other.server_name;
  }
};

struct listening {
  endpoint address;
  std::optional<tls_config> tls{};
  bool proxy_protocol = false;  // a balancer says first whose connection it hands on
  bool operator==(const listening&) const = default;
};

// What tells that the carrier blocks a number for a sender: any of these, in an answer to a submission or in a receipt.
struct carrier_blocks {
  std::vector<smpp::command_status> command_status;
  std::vector<std::string> receipt_err;  // err: of the text, or network_error_code in decimal
  std::vector<smpp::message_state> message_state;
  bool empty() const { return command_status.empty() && receipt_err.empty() && message_state.empty(); }
  bool operator==(const carrier_blocks&) const = default;
};

struct upstream {
  endpoint address;
  smpp::default_alphabet default_alphabet = smpp::default_alphabet::gsm7;
  std::optional<carrier_blocks> carrier{};  // nothing: what is configured for all
  std::optional<tls_config> tls{};
  bool operator==(const upstream&) const = default;
};

// What a sender binds with, and as whom its bind goes on to the SMSC.
struct credential {
  password_hash hash;
  std::string upstream_system_id;
  std::string upstream_password;
};

// Without any, senders bind with what the SMSC knows.
struct credentials_config {
  std::map<std::string, credential> by_system_id;
  password_hash stand_in;  // what the password of a system_id that is not there is compared with
  bool empty() const { return by_system_id.empty(); }
};

// A receiver bind of the gate's own, while its system_id has none through the gate.
struct listener_config {
  std::string system_id;
  std::string password;
  std::string system_type;
  std::vector<upstream> upstreams;   // those of all when none are given
  std::string upstream_system_id{};  // that the SMSC knows, where `credentials` has another one; empty: the same
  bool operator==(const listener_config&) const = default;
};

// Which upstream a bind tries first: the first of the list, or the one with the fewest sessions.
enum class balancing { in_order, least_sessions };

enum class policy_kind { opt_in, opt_out, exempt };
enum class policy_mode { enforce, observe };
enum class over_rate_kind { refuse, slow };

// A command_status for each reason; load_config fills in all of them but `none`.
using refusal_statuses = std::map<reason, smpp::command_status>;
smpp::command_status usual_status(reason r);

// What the gate says to a person in a language (ISO 639). The first of several is for all languages without a text.
struct spoken_text {
  std::string language;
  std::string text;
  bool operator==(const spoken_text&) const = default;
};
using spoken_texts = std::vector<spoken_text>;

struct sender_config {
  std::string name;
  std::string group;  // the sender's own name when none is given
  std::vector<std::string> system_ids;
  std::vector<std::string> source_addresses;
  policy_kind policy = policy_kind::opt_in;
  policy_mode mode = policy_mode::enforce;
  bool observe_opt_outs = false;
  std::chrono::months consent_life{36};
  std::optional<spoken_texts> confirmation{};   // after an opt-out by SMS; empty: the texts that the gate comes with
  std::optional<spoken_texts> help{};           // after HELP
  std::optional<spoken_texts> double_opt_in{};  // the question after an opt-in by SMS, which a YES must answer
  message_rules rules{};
  std::vector<upstream> upstreams{};         // of its own; empty: those of all
  std::vector<network> allow_from{};         // where its binds may come from; empty: anywhere
  std::uint32_t max_binds = 0;               // at the same time; 0: no limit
  std::uint32_t max_submits_per_second = 0;  // of all its binds; 0: no limit
  over_rate_kind over_rate = over_rate_kind::refuse;
  bool operator==(const sender_config&) const = default;
};

// One who may use the admin API.
struct token_config {
  std::string name;
  role may = role::viewer;
  std::filesystem::path file;
  bool operator==(const token_config&) const = default;
};

struct limits_config {
  std::uint32_t max_pdu_octets = 70000;
  std::chrono::milliseconds bind_timeout{30000};
  std::chrono::milliseconds inactivity_timeout{0};  // 0: off
  std::uint32_t max_connections = 20000;
  std::uint32_t max_connections_per_address = 0;       // 0: no limit
  std::uint32_t max_unsent_octets = 1U << 20U;         // on each leg
  std::uint32_t max_window = 100000;                   // requests in flight in one direction of a session
  std::uint32_t max_kept_messages = 100000;            // for a sender while it does not receive, of each listener
  std::uint32_t max_kept_octets = 64U << 20U;          // likewise
  std::uint32_t max_bind_attempts_per_minute = 0;      // of each address; 0: no limit
  std::chrono::milliseconds response_timeout{600000};  // a request without an answer is forgotten
  std::chrono::milliseconds connect_timeout{5000};     // to one upstream
  std::chrono::milliseconds drain_timeout{30000};
  bool operator==(const limits_config&) const = default;
};

// How long decisions on messages are kept: 13 months. A month is the twelfth of a year, 30.44 days.
inline constexpr std::chrono::seconds default_journal_retention = std::chrono::months{13};

enum class opt_out_scope { sender, group, all };

struct config_error {
  int line = 0;         // from 1; 0 when the file cannot be read at all
  int column = 0;       // from 1
  std::string message;  // what is wrong and what would be right
};

struct config {
  std::vector<listening> listen{{{"0.0.0.0", 2775}}};
  std::vector<upstream> upstreams;
  balancing balance = balancing::in_order;
  std::filesystem::path store_path = "/var/lib/consentgate";
  endpoint admin_address{"127.0.0.1", 9775};
  std::filesystem::path token_file;  // of the officer `admin`
  std::vector<token_config> tokens;  // of the others
  store::numbering_plan numbers;
  bool hashed_numbers = false;          // the store keeps hashes instead of numbers
  bool two_person_corrections = false;  // a correction needs the token of a second person
  policy_kind default_policy = policy_kind::opt_in;
  policy_mode default_mode = policy_mode::enforce;
  bool observe_opt_outs = false;
  std::chrono::months consent_life{36};  // of an opt-in without an expiry, from the person's act; 0: it has no end
  refusal_statuses statuses;
  opt_out_scope stop_scope = opt_out_scope::group;
  own_phrases classify;  // what the operator adds to the languages
  carrier_blocks carrier;
  bool cancel_scheduled = false;                                     // what an SMSC holds until later for who opts out
  std::map<std::string, std::shared_ptr<const calendar>> calendars;  // those that are described or named
  std::vector<sender_config> senders;
  credentials_config credentials;
  std::vector<listener_config> listeners;
  limits_config limits;
  std::chrono::seconds journal_retention = default_journal_retention;  // 0: there is no journal
  std::uint32_t workers = 1;
  std::vector<config_error> warnings;  // what is valid and may all the same be a slip of the pen
};

// Those that a bind with this system_id may go to.
const std::vector<upstream>& upstreams_for(const config& c, const std::string& system_id);
std::vector<const upstream*> every_upstream(const config& c);  // those of senders and listeners, too

// What counts on a link to this upstream; one that the configuration does not name (any more) has what counts for all.
const carrier_blocks& carrier_of(const config& c, const endpoint& reached);
bool hears_carriers(const config& c);  // on any link

// Every error in the file, in its order, not only the first.
std::variant<config, std::vector<config_error>> load_config(const std::filesystem::path& file);

// The listeners as a reload leaves them: where they are and whether they speak TLS stays, which certificates they show
// may change.
std::vector<listening> reloaded_listen(const config& running, const config& wanted);

// What a reload cannot change: the names of the sealed settings (listen, store, admin, workers, numbers.storage) that
// differ.
std::vector<std::string> sealed_changes(const config& running, const config& wanted);

}  // namespace proxy
