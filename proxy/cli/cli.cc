#include "proxy/cli/cli.h"

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/version.h"

namespace proxy {
namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

struct entry_option {
  const char* field;
  const char* help;
  bool needed_to_opt_in;
};

constexpr std::array<entry_option, 10> entry_options{{
    {"scope", "whom it concerns: sender:NAME, group:NAME or all", true},
    {"occurred_at", "when the person acted: 2026-11-24T10:00:00Z, or a date alone", true},
    {"method", "web_form, paper, call, point_of_sale, sale or api; for opt-outs also letter and registry", true},
    {"source", "the batch, form or supplier it came from", true},
    {"collector", "who asked the person", true},
    {"evidence", "a reference to the proof: URI, file, message", true},
    {"evidence_sha256", "the SHA-256 digest of the proof", false},
    {"source_kind", "own_form, partner or broker", false},
    {"wording", "the text the person agreed to, or its identifier", false},
    {"expires_at", "when the consent ends", false},
}};

std::string store::entry::* member_named(std::string_view field) {
  return std::ranges::find(store::entry_fields(), field, &store::field::name)->member;
}

// The fields of an event as options: --scope, --occurred-at, ... What is missing is told by the gate, which knows the
// rules, all at once; only the scope is asked for here.
void add_entry_options(CLI::App& command, store::entry& e) {
  const bool opt_in = e.event == "opt_in";
  command.add_option("NUMBER", e.number, "the person's number, such as +33612345678")->required();
  for (const entry_option& o : entry_options) {
    std::string flag = std::string("--") + o.field;
    std::ranges::replace(flag, '_', '-');
    const bool scope = std::string_view(o.field) == "scope";
    const std::string help =
        std::string(o.help) + (opt_in && o.needed_to_opt_in && !scope ? " (an opt-in needs it)" : "");
    command.add_option(flag, e.*member_named(o.field), help)->required(scope);
  }
}

std::string field_names() {
  std::string names;
  for (const store::field& f : store::entry_fields())
    names += (names.empty() ? "" : ", ") + std::string(f.name);
  return names;
}

const std::string rejects_help =
    "FILE of --rejects has the header and the cells of the refused rows as they are, and a last column `reason`: to "
    "be\n"
    "corrected by who made the list and imported again, when that column is passed over. What is no row of CSV stands\n"
    "whole in the first cell. It is written whole or not at all (then the exit code is 1, and the message says that "
    "the\n"
    "import is done), for its owner alone, in place of a file of that name; with its header alone when no row was "
    "refused.";

class program {
 public:
  program() : app_("An SMPP 3.4 proxy that enforces recipients' consent", "consentgate") {
    app_.set_version_flag("--version", std::string("consentgate ") + version);
    app_.require_subcommand(1);
    add_serve();
    add_check_config();
    add_init();
    add_top();
    add_import();
    add_record("opt-in", "record that a person agreed", opt_in_);
    add_record("opt-out", "record that a person objected", opt_out_);
    add_show();
    add_explain();
    add_export();
    add_recall();
    add_erase();
    add_correct();
    add_corrections();
    add_reassigned();
    add_verify();
    add_backup();
    add_rotate_key();
    add_access();
    add_journal();
    add_capture();
    add_report();
    add_dossier();
    add_classify();
    add_hash_password();
    // After the commands, which would take it over.
    app_.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done (an import with refused rows).\n"
        "The commands about consent talk to the running gate, at the admin address and with the token of its\n"
        "configuration; with --offline they open the store themselves.\n"
        "`consentgate COMMAND --help` tells more.");
  }

  int run(int argc, char** argv) {
    std::vector<char*> words(argv, argv + argc);
    std::string capture = "capture";
    if (argc > 1 && std::string_view(words[1]) == "--capture") words[1] = capture.data();
    try {
      app_.parse(argc, words.data());
    } catch (const CLI::ParseError& e) {
      if (app_.get_subcommands().empty() && !app_.remaining().empty()) return no_command(app_.remaining().front());
      return app_.exit(e) == 0 ? 0 : wrong_usage;
    }
    try {
      const int code = chosen_();
      if (!std::cout.flush()) throw command_failed("the result could not be written to its end: is the disk full?");
      return code;
    } catch (const command_failed& e) {
      std::cerr << "consentgate: " << e.what() << '\n';
    } catch (const std::exception& e) {
      std::cerr << "consentgate: unexpected: " << e.what() << '\n';
    }
    return failed;
  }

 private:
  static int no_command(const std::string& name) {
    std::cerr << "There is no command " << name << "\nRun with --help for more information.\n";
    return wrong_usage;
  }

  CLI::App& command(const std::string& name, const std::string& help, std::function<int()> action) {
    CLI::App& c = *app_.add_subcommand(name, help);
    c.callback([this, action = std::move(action)] { chosen_ = action; });
    return c;
  }

  void add_config(CLI::App& c) {
    c.add_option("--config", common_.config_file,
                 "the configuration file (default: ./consentgate.yaml, then /etc/consentgate/consentgate.yaml)")
        ->type_name("FILE");
  }

  // Of the commands that talk to the gate.
  void add_common(CLI::App& c) {
    add_config(c);
    c.add_flag("--json", common_.json, "print the result as JSON");
    c.add_option("--token-file", common_.token_file, "whose token to use (default: admin.token_file, an officer's)")
        ->type_name("FILE");
    c.add_flag("--offline", common_.offline, "open the store itself, when no gate runs on it");
  }

  void add_serve() {
    CLI::App& c = command("serve", "run the proxy in the foreground", [this] {
      return serve_command(common_, format_ == "text" ? log_format::text : log_format::json);
    });
    add_config(c);
    c.add_option("--log-format", format_, "how it logs to stderr: json, or text for people")
        ->check(CLI::IsMember({"json", "text"}))
        ->capture_default_str();
    c.footer("SIGHUP reads the configuration again; SIGTERM drains and ends.");
  }

  void add_check_config() {
    CLI::App& c =
        command("check-config", "validate the configuration", [this] { return check_config_command(common_); });
    add_config(c);
    c.add_flag("--json", common_.json, "print the result as JSON");
  }

  void add_init() {
    CLI::App& c = command("init", "write a configuration with every setting and its default",
                          [this] { return init_command(init_); });
    c.add_option("--output", init_.output,
                 "the file to write (default: /etc/consentgate/consentgate.yaml where that folder is there and may be "
                 "written, else ./consentgate.yaml)")
        ->type_name("FILE");
    c.add_option("--listen", init_.listen, "where senders connect (default: 0.0.0.0:2775)")->type_name("HOST:PORT");
    c.add_option("--upstream", init_.upstream, "the SMSC or aggregator")->type_name("HOST:PORT");
    c.add_option("--store", init_.store, "the folder of the ledger (default: /var/lib/consentgate)")
        ->type_name("FOLDER");
    c.add_option("--country-code", init_.country_code, "of national numbers, such as 33 (default: they are unreadable)")
        ->type_name("DIGITS");
    c.add_flag("--force", init_.force, "replace a file that is there");
    c.footer("On a terminal it asks for what no option says; elsewhere only --upstream is needed.");
  }

  void add_top() {
    CLI::App& c = command("top", "watch sessions, rates, verdicts and the store of the running gate",
                          [this] { return top_command(common_, top_); });
    add_config(c);
    c.add_option("--address", top_.address, "where its metrics are (default: admin.address of the configuration)")
        ->type_name("HOST:PORT");
    c.add_option("--interval", top_.interval, "seconds between two looks")
        ->check(CLI::Range(1U, 3600U))
        ->capture_default_str();
    c.add_flag("--once", top_.once, "one look, after an interval, and end");
    c.footer("It needs no token. Exit code 1 when no gate answers.");
  }

  void add_import() {
    CLI::App& c =
        command("import", "load consent events from a CSV file", [this] { return import_command(common_, import_); });
    add_common(c);
    add_import_options(c);
    c.add_option("CSV", import_.file, "the file: UTF-8, with a header line of field names")->required();
    c.footer(
        "Fields: " + field_names() +
        ".\n"
        "Exit codes: 0 every row taken; 3 one or more rows refused, each told with its line and every reason, the\n"
        "others are in; 1 the header or the encoding is unusable, nothing is stored. The same row again changes "
        "nothing.\n" +
        rejects_help);
  }

  void add_import_options(CLI::App& c) {
    c.add_flag("--dry-run", import_.dry_run, "store nothing, tell what the file is worth: rows by verdict and source");
    c.add_option("--rejects", import_.rejects, "write the refused rows to this CSV file, each with its reasons")
        ->type_name("FILE");
  }

  void add_record(const std::string& name, const std::string& help, store::entry& e) {
    e.event = name == "opt-in" ? "opt_in" : "opt_out";
    CLI::App& c = command(name, help, [this, &e] { return record_command(common_, e); });
    add_common(c);
    add_entry_options(c, e);
    c.footer(e.event == "opt_in" ? "Refused when it could not be defended. Nothing entered here lifts an opt-out: only "
                                   "the person's own later\n"
                                   "reply does."
                                 : "Needs only the number and the scope; without a time it counts from now.");
  }

  void add_show() {
    CLI::App& c = command("show", "the state of a number in every scope, and its history",
                          [this] { return show_command(common_, number_); });
    add_common(c);
    c.add_option("NUMBER", number_, "the person's number, such as +33612345678")->required();
  }

  void add_explain() {
    CLI::App& c = command("explain", "what would become of a message to a number, and why",
                          [this] { return explain_command(common_, number_, sender_, at_); });
    add_common(c);
    c.add_option("NUMBER", number_, "the person's number, such as +33612345678")->required();
    c.add_option("--sender", sender_, "the name of a sender in the configuration")->required();
    c.add_option(
        "--at", at_,
        "as the ledger knew it then, and what has been learnt since: 2026-11-24T10:00:00Z, or the end of a day");
  }

  void add_recall() {
    CLI::App& c = command("recall", "void every opt-in that came from a source, up to now and whenever it arrives",
                          [this] { return recall_command(common_, source_, reason_); });
    add_common(c);
    c.add_option("--source", source_, "the source, as it was imported")->required();
    add_reason(c);
  }

  void add_erase() {
    CLI::App& c = command("erase", "forget a person and keep the suppression",
                          [this] { return erase_command(common_, erasure_); });
    add_common(c);
    c.add_option("NUMBER", erasure_.number, "the person's number, such as +33612345678")->required();
    c.add_option("--reason", erasure_.reason, "why, without the person's number: it stays in the ledger")->required();
    c.add_flag("--now", erasure_.now, "wait until no file of the store holds the number; otherwise within 12 hours");
    c.footer("Copies of the store that were made earlier still hold the person.");
  }

  void add_correct() {
    CLI::App& c = command("correct", "undo an event that was entered by mistake",
                          [this] { return correct_command(common_, correction_); });
    add_common(c);
    c.add_option("EVENT", correction_.event, "the event's sequence or id, as `show` has it")->required();
    auto* reason = c.add_option("--reason", correction_.reason, "why, for whoever reads the ledger in some years");
    auto* approve = c.add_flag("--approve", correction_.approve,
                               "approve what another person has proposed (corrections: two_person)");
    reason->excludes(approve);
    c.footer("What a person wrote by SMS cannot be corrected: only the person's own later message changes it.");
  }

  void add_corrections() {
    CLI::App& c = command("corrections", "list the corrections that wait for a second person",
                          [this] { return corrections_command(common_); });
    add_common(c);
    c.footer("`consentgate correct EVENT --approve` approves one (corrections: two_person); after 24 hours it lapses.");
  }

  void add_reassigned() {
    CLI::App& c = command("reassigned", "record that a number went to another person", [this] {
      if (import_.file.empty()) return reassigned_command(common_, reassignment_);
      import_.reassigned = true;
      import_.reason = reassignment_.reason;
      return import_command(common_, import_);
    });
    add_common(c);
    CLI::App& one_or_many = *c.add_option_group("Which", "one of:")->require_option(1);
    one_or_many.add_option("NUMBER", reassignment_.number, "the number, such as +33612345678");
    auto* csv = one_or_many.add_option("--csv", import_.file, "a registry of such numbers: a CSV file");
    csv->type_name("CSV");
    auto* since = c.add_option("--occurred-at", reassignment_.occurred_at,
                               "since when: a time, or the end of a day (default: now)");
    auto* source = c.add_option("--source", reassignment_.source, "who says so, such as the registry");
    c.add_option("--reason", reassignment_.reason, "anything else worth knowing");
    add_import_options(c);
    csv->excludes(since)->excludes(source);
    for (const char* of_many : {"--dry-run", "--rejects"})
      c.get_option(of_many)->needs(csv);
    c.footer(
        "Its opt-ins up to then are void; its opt-outs stay.\n"
        "The CSV file has the fields number and occurred_at, and may have source, evidence, and event (reassigned).\n" +
        rejects_help);
  }

  void add_verify() {
    CLI::App& c = command("verify", "check the ledger's hash chain from end to end",
                          [this] { return verify_command(common_, deposited_); });
    add_common(c);
    c.add_option("--deposited", deposited_,
                 "the `statement` of an earlier GET /v1/ledger/head: what it told of must still be there");
    c.footer("Exit code 1 names the first event, or the first use of a token, that does not fit.");
  }

  void add_backup() {
    CLI::App& c =
        command("backup", "copy the store while the gate runs", [this] { return backup_command(common_, folder_); });
    add_common(c);
    c.add_option("DIR", folder_, "a folder to be made, on the gate's machine")->required();
    c.footer("The copy holds the keys of the store as well: keep it as safe as the store.");
  }

  void add_rotate_key() {
    CLI::App& c = command("rotate-key", "hash the numbers erased from now on with a new key",
                          [this] { return rotate_key_command(common_); });
    add_common(c);
  }

  void add_reason(CLI::App& c) {
    c.add_option("--reason", reason_, "why, for whoever reads the ledger in some years")->required();
  }

  void add_export() {
    CLI::App& c =
        command("export", "the ledger's events as NDJSON", [this] { return export_command(common_, filter_); });
    add_common(c);
    c.add_option("--number", filter_.number, "of this number only");
    c.add_option("--source", filter_.source, "of this source only");
    c.add_option("--from", filter_.from, "recorded at this time or later: 2026-11-24T10:00:00Z, or a date");
    c.add_option("--to", filter_.to, "recorded at this time or earlier; a date is its whole day");
  }

  void add_access() {
    CLI::App& c =
        command("access", "who asked the gate, what and when", [this] { return access_command(common_, access_); });
    add_common(c);
    c.add_option("NUMBER", access_.number, "uses that asked about this number only");
    c.add_option("--token", access_.token, "of this token only, by its name; commands with --offline are of cli:USER");
    c.add_option("--from", access_.from, "at this time or later: 2026-11-24T10:00:00Z, or a date");
    c.add_option("--to", access_.to, "at this time or earlier; a date is its whole day");
    c.footer(
        "Oldest first: time, token, status, method, route, number, filter. The record holds a hash of each number "
        "that\n"
        "was asked about, so that it answers for a number even after the person was erased. An officer's to read.");
  }

  void add_report() {
    CLI::App& c = command("report", "the figures of a time: messages, refusals, oppositions, complaints by source",
                          [this] { return report_command(common_, report_, report_format_); });
    add_common(c);
    c.add_option("--from", report_.from, "from this time on: 2026-11-01, or 2026-11-24T10:00:00Z")->required();
    c.add_option("--to", report_.to, "up to this time; a date is its whole day")->required();
    c.add_option("--sender", report_.sender, "of this sender only");
    c.add_option("--source", report_.source, "of what rested on this source only");
    c.add_option("--format", report_format_, "text, json or csv")
        ->check(CLI::IsMember({"text", "json", "csv"}))
        ->capture_default_str()
        ->excludes(c.get_option("--json"));
    c.footer("What each figure means is told with the figures. Times are in UTC.");
  }

  void add_dossier() {
    CLI::App& c = command("dossier", "all that is known of a number, as an HTML page to read and to print",
                          [this] { return dossier_command(common_, number_, language_); });
    add_common(c);
    c.add_option("NUMBER", number_, "the person's number, such as +33612345678")->required();
    c.add_option("--lang", language_, "the language of the page: fr or en")
        ->check(CLI::IsMember({"fr", "en"}))
        ->capture_default_str();
    c.footer("The page needs nothing else: consentgate dossier +33612345678 --lang fr > dossier.html");
  }

  void add_journal() {
    CLI::App& c = command("journal", "the decisions taken on submitted messages",
                          [this] { return journal_command(common_, journal_); });
    add_common(c);
    c.add_option("NUMBER", journal_.number, "to this number only, such as +33612345678");
    c.add_option("--sender", journal_.sender, "of this sender only");
    c.add_option("--from", journal_.from, "decided at this time or later: 2026-11-24T10:00:00Z, or a date");
    c.add_option("--to", journal_.to, "decided at this time or earlier; a date is its whole day");
    c.add_option("--message-id", journal_.message_id, "that the SMSC answered with this message_id");
    c.footer(
        "One of NUMBER, --message-id and --from is needed. Oldest first; a decision is in the journal once the SMSC\n"
        "has answered, or at once when it was a refusal.");
  }

  void add_capture() {
    CLI::App& c = command("capture", "write what crosses the running gate to a pcapng file, from now on",
                          [this] { return capture_command(common_, capture_); });
    add_config(c);
    c.add_option("--token-file", common_.token_file, "whose token to use (default: admin.token_file, an officer's)")
        ->type_name("FILE");
    c.add_option("FILE", capture_.file, "the file to write, for its owner alone; - is stdout")->required();
    CLI::App& which = *c.add_option_group("Which", "one of:")->require_option(1);
    which.add_option("--number", capture_.number, "PDUs that name this number, and their answers");
    which.add_option("--system-id", capture_.system_id, "everything on the binds of this system_id");
    c.add_option("--seconds", capture_.seconds, "how long; Ctrl-C ends it before")
        ->check(CLI::Range(1U, 3600U))
        ->capture_default_str();
    c.add_flag("--unmasked", capture_.unmasked, "texts and numbers as they are (passwords never)");
    c.footer(
        "Wireshark and tshark read it; TLS is taken off, and each leg is an interface of its own. Watching as it "
        "goes:\n"
        "consentgate capture - --system-id shop1 | tshark -r - -V\n"
        "An officer's to do; the record of access tells who did.");
  }

  void add_classify() {
    CLI::App& c = command("classify", "read texts on stdin, one a line, and write what each means",
                          [this] { return classify_command(common_); });
    c.add_flag("--json", common_.json, "write a JSON object for each line");
    c.footer(
        "In a text, \\n, \\r and \\\\ are escapes. For each line: opt_out, opt_in, help or none, a tab, and the rule "
        "that decided.");
  }

  void add_hash_password() {
    CLI::App& c = command("hash-password", "hash a sender's password for `credentials` of the configuration",
                          [this] { return hash_password_command(common_); });
    c.add_flag("--json", common_.json, "print the result as JSON");
    c.footer("Asks for it on a terminal, without showing it; elsewhere it is the first line of stdin.");
  }

  CLI::App app_;
  std::function<int()> chosen_;
  common_options common_;
  std::string format_ = "json";
  store::entry opt_in_, opt_out_;
  std::string number_, sender_, at_, source_, reason_;
  std::filesystem::path folder_, deposited_;
  erasure_order erasure_;
  correction_order correction_;
  reassignment_order reassignment_;
  export_filter filter_;
  access_filter access_;
  journal_filter journal_;
  capture_order capture_;
  report_order report_;
  std::string report_format_ = "text", language_ = "en";
  import_order import_;
  init_order init_;
  top_order top_;
};

}  // namespace

int run(int argc, char** argv) {
  return program().run(argc, argv);
}

}  // namespace proxy
