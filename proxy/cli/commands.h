// The commands behind the names of the command line; each returns the exit code.
#pragma once

#include <filesystem>
#include <string>

#include "proxy/cli/desk.h"
#include "proxy/observe/log.h"

namespace proxy {

// What all commands share.
struct common_options {
  std::string config_file;  // empty: ./consentgate.yaml, then /etc/consentgate/consentgate.yaml
  bool json = false;
  bool offline = false;
};

int serve_command(const common_options& o, log_format format);
int check_config_command(const common_options& o);
int classify_command(const common_options& o);
int record_command(const common_options& o, const store::entry& e);
int show_command(const common_options& o, const std::string& number);
int explain_command(const common_options& o, const std::string& number, const std::string& sender,
                    const std::string& at);
int export_command(const common_options& o, const export_filter& f);
int recall_command(const common_options& o, const std::string& source, const std::string& reason);
int erase_command(const common_options& o, const erasure_order& order);
int correct_command(const common_options& o, const correction_order& order);
int reassigned_command(const common_options& o, const reassignment_order& order);
int verify_command(const common_options& o);
int backup_command(const common_options& o, const std::filesystem::path& folder);
int rotate_key_command(const common_options& o);
int journal_command(const common_options& o, const journal_filter& f);
int import_command(const common_options& o, const import_order& order);

// Throws command_failed with every error of the file.
config read_config(const common_options& o);
std::filesystem::path config_path(const common_options& o);
std::unique_ptr<desk> open_desk(const common_options& o);

}  // namespace proxy
