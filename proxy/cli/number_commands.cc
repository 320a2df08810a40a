// opt-in, opt-out, show, explain: about one number.
#include <boost/json.hpp>
#include <iostream>

#include "proxy/cli/commands.h"
#include "proxy/cli/table.h"

namespace proxy {
namespace {

// A member as text for a terminal, whatever its type; empty when it is absent.
std::string text_of(const boost::json::object& o, std::string_view name) {
  const boost::json::value* v = o.if_contains(name);
  if (v == nullptr) return {};
  return printable(v->is_string() ? std::string(v->as_string()) : boost::json::serialize(*v));
}

void print_member(const boost::json::object& o, const char* name, const char* label) {
  if (const std::string text = text_of(o, name); !text.empty()) std::cout << "    " << label << ": " << text << '\n';
}

// One row for each object, one column for each of these members.
void print_table(const std::string& title, const boost::json::array& objects, const table_row& members) {
  if (objects.empty()) return;
  std::vector<table_row> rows;
  for (const auto& object : objects) {
    table_row& row = rows.emplace_back();
    for (const std::string& member : members)
      row.push_back(text_of(object.as_object(), member));
  }
  std::cout << title << ":\n" << table(members, rows);
}

void print_event(const boost::json::object& e) {
  std::cout << "  " << text_of(e, "occurred_at") << "  " << text_of(e, "event") << "  " << text_of(e, "scope");
  if (e.contains("method")) std::cout << "  by " << text_of(e, "method");
  std::cout << "  (event " << text_of(e, "sequence") << ", recorded " << text_of(e, "recorded_at") << " by "
            << text_of(e, "actor") << ")\n";
  print_member(e, "source", "source");
  print_member(e, "source_kind", "kind of source");
  print_member(e, "collector", "collector");
  print_member(e, "wording", "wording");
  print_member(e, "evidence", "evidence");
  print_member(e, "evidence_sha256", "SHA-256 of the evidence");
  print_member(e, "expires_at", "expires");
  print_member(e, "reason", "reason");
  print_member(e, "corrects", "corrects event");
  print_member(e, "approved_by", "approved by");
  print_member(e, "erased_by", "erased by event");
  print_member(e, "effect", "effect");
}

void print_warnings(const boost::json::object& o) {
  if (const auto* warnings = o.if_contains("warnings"); warnings != nullptr && warnings->is_array()) {
    for (const auto& w : warnings->as_array())
      std::cerr << "warning: " << printable(std::string(w.as_string())) << '\n';
  }
}

// What the ledger has learnt since about a time that was asked about.
void print_learnt(const boost::json::object& since) {
  const auto& events = since.at("events").as_array();
  if (events.empty()) {
    std::cout << "nothing has been learnt since about that time\n";
    return;
  }
  std::cout << "learnt since about that time, which would make it " << text_of(since, "verdict")
            << " (reason: " << text_of(since, "reason") << "):\n";
  for (const auto& e : events)
    print_event(e.as_object());
}

}  // namespace

int record_command(const common_options& o, const store::entry& e) {
  const boost::json::value recorded = open_desk(o)->record(e);
  print_warnings(recorded.as_object());
  if (o.json) {
    std::cout << recorded << '\n';
  } else {
    std::cout << "recorded:\n";
    print_event(recorded.as_object());
  }
  return 0;
}

int show_command(const common_options& o, const std::string& number) {
  const auto d = open_desk(o);
  boost::json::object state = d->number(number).as_object();
  const boost::json::value history = d->history(number);
  if (o.json) {
    state["events"] = history;
    std::cout << state << '\n';
    return 0;
  }
  std::cout << with_plus(text_of(state, "number")) << '\n';
  if (history.as_array().empty()) std::cout << "Nothing is known of this number.\n";
  print_table("In force", state.at("scopes").as_array(), {"scope", "state", "since", "event", "expires_at", "source"});
  print_table("Messages from", state.at("senders").as_array(), {"sender", "verdict", "reason"});
  print_table("History", history.as_array(),
              {"sequence", "occurred_at", "event", "scope", "method", "source", "actor", "effect"});
  if (!history.as_array().empty()) std::cout << "Proofs, wordings and collectors: --json\n";
  return 0;
}

int explain_command(const common_options& o, const std::string& number, const std::string& sender,
                    const std::string& at) {
  const boost::json::object decision = open_desk(o)->decision(number, sender, at).as_object();
  print_warnings(decision);
  if (o.json) {
    std::cout << decision << '\n';
    return 0;
  }
  std::cout << text_of(decision, "explanation") << '\n';
  std::cout << "  verdict: " << text_of(decision, "verdict") << ", reason: " << text_of(decision, "reason") << '\n';
  std::cout << "  sender: " << text_of(decision, "sender") << " of group " << text_of(decision, "group") << ", policy "
            << text_of(decision, "policy") << ", mode " << text_of(decision, "mode") << '\n';
  if (const auto* event = decision.if_contains("event")) {
    std::cout << "it rests on:\n";
    print_event(event->as_object());
  }
  if (const auto* since = decision.if_contains("learnt_since")) print_learnt(since->as_object());
  return 0;
}

int export_command(const common_options& o, const export_filter& f) {
  open_desk(o)->events(f, [](std::string_view line) { std::cout << line << '\n'; });
  return 0;
}

}  // namespace proxy
