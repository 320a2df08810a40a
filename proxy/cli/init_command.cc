// init: a configuration to begin with, from four answers.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <optional>

#include "proxy/cli/commands.h"
#include "proxy/cli/first_configuration.h"
#include "proxy/cli/table.h"
#include "proxy/config/config.h"

namespace proxy {
namespace {

std::filesystem::path default_output() {
  const char* folder = "/etc/consentgate";
  return access(folder, W_OK) == 0 ? std::filesystem::path(folder) / "consentgate.yaml" : "consentgate.yaml";
}

// The file under its own name only once it is whole and valid.
class draft {
 public:
  explicit draft(const std::filesystem::path& file) : file_(file), draft_(file.string() + ".new") {}
  ~draft() {
    std::error_code ignored;
    std::filesystem::remove(draft_, ignored);
  }
  draft(const draft&) = delete;
  draft& operator=(const draft&) = delete;

  // What is wrong with a configuration of these answers; empty: nothing.
  std::string fault(const first_answers& a) const {
    std::ofstream out(draft_, std::ios::trunc);
    if (!(out << first_configuration(a)).flush()) throw command_failed("cannot write " + draft_.string());
    const auto loaded = load_config(draft_);
    const auto* errors = std::get_if<std::vector<config_error>>(&loaded);
    return errors == nullptr ? "" : errors->front().message;
  }

  // Whom the folder belongs to may read it: in /etc/consentgate, the gate's group.
  void publish() const {
    struct stat folder{};
    const std::filesystem::path parent = std::filesystem::absolute(file_).parent_path();
    if (stat(parent.c_str(), &folder) == 0 && chown(draft_.c_str(), static_cast<uid_t>(-1), folder.st_gid) == 0) {
      chmod(draft_.c_str(), 0640);
    } else {
      chmod(draft_.c_str(), 0600);
    }
    std::filesystem::rename(draft_, file_);
  }

 private:
  std::filesystem::path file_, draft_;
};

// Again until it is right. `otherwise`: what an empty answer means; nothing: it means nothing.
void ask(const draft& d, first_answers& a, std::string first_answers::* which, const std::string& question,
         const std::optional<std::string>& otherwise) {
  for (;;) {
    std::cout << question << (otherwise.value_or("").empty() ? "" : " [" + *otherwise + "]") << ": " << std::flush;
    std::string said;
    if (!std::getline(std::cin, said)) throw command_failed("no answer; nothing is written");
    if (said.empty() && !otherwise) continue;
    a.*which = said.empty() ? *otherwise : said;
    const std::string fault = d.fault(a);
    if (fault.empty()) return;
    std::cout << "  " << printable(fault) << '\n';
  }
}

}  // namespace

int init_command(const init_order& order) {
  const std::filesystem::path file = order.output.empty() ? default_output() : order.output;
  if (!order.force && std::filesystem::exists(file)) {
    throw command_failed(file.string() + " is there already; --force replaces it");
  }
  const bool asks = isatty(STDIN_FILENO) == 1;
  if (!asks && order.upstream.empty()) {
    std::cerr << "consentgate: --upstream HOST:PORT is needed where nobody can be asked\n";
    return 2;
  }
  const draft d(file);
  first_answers a;
  const auto take = [&](std::string first_answers::* which, const std::string& given, const char* question) {
    if (!given.empty()) {
      a.*which = given;
      if (const std::string fault = d.fault(a); !fault.empty()) throw command_failed(fault);
    } else if (asks) {
      ask(d, a, which, question, which == &first_answers::upstream ? std::nullopt : std::optional(a.*which));
    }
  };
  take(&first_answers::listen, order.listen, "Where senders connect");
  take(&first_answers::upstream, order.upstream, "The SMSC or aggregator, HOST:PORT");
  take(&first_answers::store, order.store, "The folder of the ledger");
  take(&first_answers::country_code, order.country_code,
       "Country code of national numbers, such as 33 (empty: they are unreadable)");
  if (const std::string fault = d.fault(a); !fault.empty()) throw command_failed(fault);
  d.publish();
  std::cout << file.string()
            << ": written; every other setting is in it with its default. Next: consentgate serve --config "
            << file.string() << '\n';
  return 0;
}

}  // namespace proxy
