#include "proxy/cli/cli.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/version.h"

namespace proxy {
namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

// The options of an event, as flags: --scope, --occurred-at, ...
void add_entry_options(CLI::App& command, store::entry& e) {
  const std::map<std::string, std::string> help{
      {"scope", "whom it concerns: sender:NAME, group:NAME or all"},
      {"occurred_at", "when the person acted: RFC 3339, or a date alone"},
      {"method", "web_form, paper, call, point_of_sale, sale, api; for opt-outs also letter, registry"},
      {"source", "the batch, form or supplier it came from"},
      {"source_kind", "own_form, partner, broker"},
      {"collector", "who asked the person"},
      {"evidence", "a reference to the proof"},
      {"evidence_sha256", "the proof's SHA-256"},
      {"wording", "the text the person agreed to, or its identifier"},
      {"expires_at", "when the consent ends"}};
  command.add_option("NUMBER", e.number, "the person's number")->required();
  for (const store::field& f : store::entry_fields()) {
    const auto text = help.find(std::string(f.name));
    if (text == help.end()) continue;
    std::string flag = "--" + std::string(f.name);
    std::ranges::replace(flag, '_', '-');
    CLI::Option* option = command.add_option(flag, e.*f.member, text->second);
    if (f.name == "scope") option->required();
  }
}

class program {
 public:
  program() : app_("An SMPP 3.4 proxy that enforces recipients' consent", "consentgate") {
    app_.set_version_flag("--version", std::string("consentgate ") + version);
    app_.require_subcommand(1);
    add_serve();
    add_check_config();
    add_import();
    add_record("opt-in", "record that a person agreed", opt_in_);
    add_record("opt-out", "record that a person objected", opt_out_);
    add_show();
    add_explain();
    add_export();
    add_classify();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
      return app_.exit(e) == 0 ? 0 : wrong_usage;
    }
    try {
      return chosen_();
    } catch (const command_failed& e) {
      std::cerr << "consentgate: " << e.what() << '\n';
    } catch (const std::exception& e) {
      std::cerr << "consentgate: unexpected: " << e.what() << '\n';
    }
    return failed;
  }

 private:
  CLI::App& command(const std::string& name, const std::string& help, std::function<int()> action) {
    CLI::App& c = *app_.add_subcommand(name, help);
    c.callback([this, action = std::move(action)] { chosen_ = action; });
    return c;
  }

  void add_config(CLI::App& c) {
    c.add_option("--config", common_.config_file, "the configuration file (default: ./consentgate.yaml, then /etc/consentgate/consentgate.yaml)");
  }

  // Of the commands that talk to the gate.
  void add_common(CLI::App& c) {
    add_config(c);
    c.add_flag("--json", common_.json, "print the result as JSON");
    c.add_flag("--offline", common_.offline, "open the store itself, when no gate runs on it");
  }

  void add_serve() {
    CLI::App& c = command("serve", "run the proxy in the foreground", [this] {
      return serve_command(common_, format_ == "text" ? log_format::text : log_format::json);
    });
    add_config(c);
    c.add_option("--log-format", format_, "json or text")->check(CLI::IsMember({"json", "text"}));
  }

  void add_check_config() {
    CLI::App& c = command("check-config", "validate the configuration", [this] { return check_config_command(common_); });
    add_config(c);
    c.add_flag("--json", common_.json, "print the result as JSON");
  }

  void add_import() {
    CLI::App& c = command("import", "load consent events from a CSV file", [this] { return import_command(common_, import_); });
    add_common(c);
    c.add_flag("--dry-run", import_.dry_run, "check every row, store nothing");
    c.add_option("CSV", import_.file, "the file: a header line with the field names, UTF-8")->required();
  }

  void add_record(const std::string& name, const std::string& help, store::entry& e) {
    e.event = name == "opt-in" ? "opt_in" : "opt_out";
    CLI::App& c = command(name, help, [this, &e] { return record_command(common_, e); });
    add_common(c);
    add_entry_options(c, e);
  }

  void add_show() {
    CLI::App& c = command("show", "the state of a number in every scope, and its history", [this] { return show_command(common_, number_); });
    add_common(c);
    c.add_option("NUMBER", number_)->required();
  }

  void add_explain() {
    CLI::App& c = command("explain", "what would become of a message to a number, and why",
                          [this] { return explain_command(common_, number_, sender_); });
    add_common(c);
    c.add_option("NUMBER", number_)->required();
    c.add_option("--sender", sender_, "the sender's name")->required();
  }

  void add_export() {
    CLI::App& c = command("export", "the ledger's events as NDJSON", [this] { return export_command(common_, filter_); });
    add_common(c);
    c.add_option("--number", filter_.number, "of this number only");
    c.add_option("--source", filter_.source, "of this source only");
    c.add_option("--from", filter_.from, "recorded at this time or later");
    c.add_option("--to", filter_.to, "recorded at this time or earlier");
  }

  void add_classify() {
    command("classify", "read texts on stdin, one a line, and write what each means", [] { return classify_command(); });
  }

  CLI::App app_;
  std::function<int()> chosen_;
  common_options common_;
  std::string format_ = "json";
  store::entry opt_in_, opt_out_;
  std::string number_, sender_;
  export_filter filter_;
  import_order import_;
};

}  // namespace

int run(int argc, char** argv) { return program().run(argc, argv); }

}  // namespace proxy
