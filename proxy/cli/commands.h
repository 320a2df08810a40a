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
  std::string token_file;   // empty: admin.token_file of the configuration
  bool json = false;
  bool offline = false;
};

int serve_command(const common_options& o, log_format format);
int check_config_command(const common_options& o);

// What `init` does not have to ask.
struct init_order {
  std::filesystem::path
      output;  // empty: /etc/consentgate/consentgate.yaml where that can be written, ./consentgate.yaml elsewhere
  std::string listen, upstream, store, country_code;
  bool force = false;
};
int init_command(const init_order& order);

struct top_order {
  std::string address;    // empty: admin.address of the configuration
  unsigned interval = 2;  // seconds
  bool once = false;
};
int top_command(const common_options& o, const top_order& order);

int classify_command(const common_options& o);
int hash_password_command(const common_options& o);
int record_command(const common_options& o, const store::entry& e);
int show_command(const common_options& o, const std::string& number);
int explain_command(const common_options& o, const std::string& number, const std::string& sender,
                    const std::string& at);
int report_command(const common_options& o, const report_order& order, const std::string& format);
int dossier_command(const common_options& o, const std::string& number, const std::string& language);
int export_command(const common_options& o, const export_filter& f);
int recall_command(const common_options& o, const std::string& source, const std::string& reason);
int erase_command(const common_options& o, const erasure_order& order);
int correct_command(const common_options& o, const correction_order& order);
int corrections_command(const common_options& o);
int reassigned_command(const common_options& o, const reassignment_order& order);
// `deposited`: a file with the statement of a signed head; empty: none.
int verify_command(const common_options& o, const std::filesystem::path& deposited);
int backup_command(const common_options& o, const std::filesystem::path& folder);
int rotate_key_command(const common_options& o);
int access_command(const common_options& o, const access_filter& f);
struct capture_order {
  std::filesystem::path file;  // "-": stdout
  std::string number, system_id;
  unsigned seconds = 60;
  bool unmasked = false;
};
int capture_command(const common_options& o, const capture_order& order);
int journal_command(const common_options& o, const journal_filter& f);
int import_command(const common_options& o, const import_order& order);

// Throws command_failed with every error of the file.
config read_config(const common_options& o);
std::filesystem::path config_path(const common_options& o);
std::unique_ptr<desk> open_desk(const common_options& o);

}  // namespace proxy
