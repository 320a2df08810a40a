// The sections of the configuration file, each read into its part of the configuration.
#pragma once

#include <filesystem>

#include "proxy/config/section.h"

namespace proxy {

// What is being read, and what has been found wrong or doubtful so far.
struct reading {
  std::filesystem::path folder;  // of the file: relative paths begin there
  config result;
  error_list errors;
  error_list warnings;
};

void read_listen(const YAML::Node& n, reading& r);
void read_upstreams(const YAML::Node& n, const std::string& name, std::vector<upstream>& out, reading& r);
void read_credentials(const YAML::Node& n, reading& r);  // after senders
void read_listeners(const YAML::Node& n, reading& r);    // after upstreams and credentials, which it takes over
void read_store(const YAML::Node& n, reading& r);
void read_admin(const YAML::Node& n, reading& r);
void read_tokens(const YAML::Node& n, reading& r);  // within admin, after token_file
void read_numbers(const YAML::Node& n, reading& r);
void read_policy(const YAML::Node& n, reading& r);
void read_opt_out(const YAML::Node& n, reading& r);
void read_classify(const YAML::Node& n, reading& r);
void read_calendars(const YAML::Node& n, reading& r);
void read_senders(const YAML::Node& n, reading& r);  // after policy, numbers and calendars, which it takes over
void read_limits(const YAML::Node& n, reading& r);
void read_journal(const YAML::Node& n, reading& r);

// `password`, or `password_file`, whose first line it is. Whether one of them is there.
bool read_password(section& s, const std::string& where, std::string& out, reading& r);
void read_carrier(const YAML::Node& n, const std::string& name, carrier_blocks& out, error_list& errors);
// Of a sender; after upstreams, whose alphabets say how long a text may be.
void read_confirmation(const YAML::Node& n, const std::string& where, std::optional<spoken_texts>& out, reading& r);
void read_spoken(const YAML::Node& n, const std::string& where, const std::string& key,
                 std::optional<spoken_texts>& out, reading& r);
// The keys of a sender, after its mode.
void read_message_rules(section& s, const std::string& where, policy_mode mode_of_sender, message_rules& out,
                        reading& r);

void read_policy_kind(const YAML::Node& n, const std::string& name, policy_kind& out, error_list& errors);
void read_policy_mode(const YAML::Node& n, const std::string& name, policy_mode& out, error_list& errors);

}  // namespace proxy
