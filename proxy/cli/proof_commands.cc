// recall, erase, correct, corrections, reassigned, verify, backup, rotate-key: about the ledger itself.
#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/cli/table.h"

namespace proxy {
namespace {

constexpr int failed = 1;

std::string text_of(const boost::json::object& o, std::string_view name) {
  const boost::json::value* v = o.if_contains(name);
  if (v == nullptr) return {};
  return printable(v->is_string() ? std::string(v->as_string()) : boost::json::serialize(*v));
}

std::string sequence_in(const boost::json::object& o) {
  return text_of(o, "sequence");
}

// The result as JSON, or as `tell` puts it for people.
template <typename Tell>
int print(const common_options& o, const boost::json::value& result, Tell tell) {
  o.json ? void(std::cout << result << '\n') : tell(result.as_object());
  return 0;
}

void print_chain(const boost::json::object& r, const char* one, const char* many, const char* count) {
  const auto* misfit = r.if_contains("first_misfit");
  if (misfit == nullptr) {
    std::cout << text_of(r, count) << ' ' << many << ", each follows from the one before; the last hash is "
              << text_of(r, "head") << '\n';
    return;
  }
  std::cout << one << ' ' << text_of(r, "first_misfit");
  if (r.contains("misfit_at")) std::cout << " (" << text_of(r, "misfit_at") << ")";
  std::cout << " is the first that does not fit: " << text_of(r, "why") << "; the " << text_of(r, count)
            << " before it do\n";
}

}  // namespace

int recall_command(const common_options& o, const std::string& source, const std::string& reason) {
  return print(o, open_desk(o)->recall(source, reason), [](const boost::json::object& r) {
    std::cout << "source " << text_of(r, "source") << " is recalled (event " << sequence_in(r.at("event").as_object())
              << "): " << text_of(r, "voided")
              << " opt-ins count no more, and what it still brings from before is void\n";
  });
}

int erase_command(const common_options& o, const erasure_order& order) {
  return print(o, open_desk(o)->erase(order), [](const boost::json::object& r) {
    if (r.at("already").as_bool()) {
      std::cout << "the person was erased before; the ledger has it as " << text_of(r, "number") << '\n';
      return;
    }
    std::cout << "the person is erased (event " << text_of(r, "event") << "): " << text_of(r, "events")
              << " events lost their personal part; the ledger has it as " << text_of(r, "number") << '\n'
              << (r.at("purged").as_bool()
                      ? "no file of the store holds the number any more\n"
                      : "what is left in the files is removed within 12 hours; --now does it at once\n");
    for (const auto& name : r.at("telling_sources").as_array())
      std::cout << "but the name of source " << printable(std::string(name.as_string()))
                << " holds the number and stays: the chain covers it\n";
  });
}

int correct_command(const common_options& o, const correction_order& order) {
  return print(o, open_desk(o)->correct(order), [&](const boost::json::object& r) {
    if (r.contains("state")) {
      std::cout << "the correction of event " << text_of(r, "event") << " waits for a second person until "
                << text_of(r, "until") << ": consentgate correct " << printable(order.event) << " --approve\n";
      return;
    }
    std::cout << "event " << printable(order.event) << " counts no more (correction: event " << sequence_in(r) << ")\n";
  });
}

int corrections_command(const common_options& o) {
  const boost::json::value waiting = open_desk(o)->proposed_corrections();
  if (o.json) {
    std::cout << waiting << '\n';
    return 0;
  }
  if (waiting.as_array().empty()) std::cout << "no correction waits for a second person\n";
  std::vector<table_row> rows;
  for (const auto& p : waiting.as_array()) {
    const boost::json::object& r = p.as_object();
    rows.push_back({text_of(r, "event"), text_of(r, "proposed_by"), text_of(r, "proposed_at"), text_of(r, "until"),
                    text_of(r, "reason")});
  }
  if (!rows.empty()) std::cout << table({"event", "proposed by", "at", "lapses at", "because"}, rows);
  return 0;
}

int reassigned_command(const common_options& o, const reassignment_order& order) {
  return print(o, open_desk(o)->reassign(order), [](const boost::json::object& r) {
    std::cout << with_plus(text_of(r, "number")) << " belongs to another person since " << text_of(r, "occurred_at")
              << " (event " << sequence_in(r) << "): the opt-ins up to then are void, the opt-outs stay\n";
  });
}

int verify_command(const common_options& o, const std::filesystem::path& deposited) {
  std::optional<std::string> statement;
  if (!deposited.empty()) {
    std::ifstream in(deposited, std::ios::binary);
    if (!in) throw command_failed("cannot read " + deposited.string());
    statement.emplace(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  const boost::json::object r = open_desk(o)->verify(statement).as_object();
  if (o.json) {
    std::cout << r << '\n';
  } else {
    print_chain(r, "event", "events", "events");
    print_chain(r.at("access").as_object(), "use of a token", "uses of a token", "uses");
  }
  return r.at("valid").as_bool() ? 0 : failed;
}

int backup_command(const common_options& o, const std::filesystem::path& folder) {
  return print(o, open_desk(o)->backup(folder), [](const boost::json::object& r) {
    std::cout << "copied to " << text_of(r, "folder") << ": " << text_of(r, "ledger_events")
              << " events or a few less; with store.path on that folder a gate gives the same answers\n";
  });
}

int rotate_key_command(const common_options& o) {
  return print(o, open_desk(o)->rotate_key(), [](const boost::json::object&) {
    std::cout << "numbers that are erased from now on are hashed with a new key; back numbers.key up again\n";
  });
}

}  // namespace proxy
