#include <pwd.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <condition_variable>
#include <fstream>
#include <future>
#include <iostream>
#include <mutex>
#include <thread>

#include "proxy/admin/access_log.h"
#include "proxy/admin/access_tail.h"
#include "proxy/admin/acts.h"
#include "proxy/admin/configured.h"
#include "proxy/admin/event_tail.h"
#include "proxy/admin/import_jobs.h"
#include "proxy/admin/journal_lines.h"
#include "proxy/admin/parameters.h"
#include "proxy/admin/proof_views.h"
#include "proxy/admin/reports.h"
#include "proxy/admin/views.h"
#include "proxy/cli/desk.h"
#include "proxy/report/report_json.h"
#include "store/number_in_text.h"

namespace proxy {
namespace {

std::unique_ptr<store::consent_store> opened(const config& c) {
  // Who mistyped store.path must not read "nothing is known" as an answer.
  if (!std::filesystem::exists(c.store_path))
    std::cerr << "warning: there was no store at " << c.store_path.string() << ": an empty one is made\n";
  auto result = store::consent_store::open({c.store_path, nullptr, c.hashed_numbers});
  if (const auto* why = std::get_if<store::failure>(&result)) {
    throw command_failed(why->message + "; when a gate runs on this store, leave --offline away");
  }
  return std::move(std::get<std::unique_ptr<store::consent_store>>(result));
}

template <typename View>
View viewed(view_or_failure<View> v) {
  if (const auto* why = std::get_if<store::failure>(&v))
    throw command_failed("the store cannot be read: " + why->message);
  return std::get<View>(std::move(v));
}

// Whoever opens the store has no token: the operating system says who it is.
std::string user() {
  const passwd* const known = getpwuid(getuid());
  return known == nullptr ? std::to_string(getuid()) : known->pw_name;
}

class offline : public desk {
 public:
  explicit offline(const config& c)
      : store_(opened(c)), policy_(std::make_shared<const config>(c), *store_, metrics_, refusal_log_) {}

  boost::json::value record(const store::entry& e) override {
    note("POST", "/v1/events");
    auto checked = store::check(e, settings().numbers, store::now());
    if (const auto* refused = std::get_if<std::vector<store::refusal>>(&checked)) {
      std::string text = "the event was refused";
      for (const store::refusal& r : *refused)
        text += "\n  " + r.field + ": " + r.message;
      throw command_failed(text);
    }
    store::event made = std::get<store::event>(std::move(checked));
    made.actor = actor_;
    return recorded_view(made, recorded_now(made), settings());
  }

  boost::json::value number(const std::string& number) override {
    note("GET", "/v1/numbers/{}", number);
    return viewed(number_view(*store_, policy_, read(number), store::now()));
  }

  boost::json::value history(const std::string& number) override {
    note("GET", "/v1/numbers/{}/events", number);
    return viewed(history_view(*store_, policy_, read(number), store::now()));
  }

  boost::json::value decision(const std::string& number, const std::string& sender, const std::string& at) override {
    note("GET", "/v1/decision", {}, {{"number", number}, {"sender", sender}, {"at", at}});
    if (at.empty()) return viewed(decision_view(*store_, policy_, number, sender, store::now()));
    const auto t = read_past(at, store::now());
    if (const auto* wrong = std::get_if<std::string>(&t)) throw command_failed("--at " + *wrong);
    return viewed(decision_view_at(*store_, policy_, number, sender, std::get<store::instant>(t)));
  }

  boost::json::value recall(const std::string& source, const std::string& reason) override {
    note("POST", "/v1/sources/{}/recall", source);
    const store::event e = done(recall_of(*store_, source, reason, actor_, store::now()));
    const std::uint64_t voided = store_->opt_ins_of(e.source, e.occurred_at);
    return recall_view(e, recorded_now(e), voided, settings());
  }

  boost::json::value erase(const erasure_order& o) override {
    note("DELETE", "/v1/numbers/{}", o.number);
    const erasure e = done(erasure_of(o.number, o.reason, settings().numbers, actor_));
    std::promise<std::variant<store::erased, store::failure>> promise;
    store_->erase(e.who, e.by, [&](auto result) { promise.set_value(std::move(result)); });
    const auto result = promise.get_future().get();
    if (const auto* why = std::get_if<store::failure>(&result))
      throw command_failed("nothing was erased: " + why->message);
    if (o.now) {
      if (const auto why = store_->purge())
        throw command_failed("the person is erased, and what is left in the files is not gone yet: " + why->message);
    }
    return erasure_view(std::get<store::erased>(result), store_->owes_purge());
  }

  boost::json::value correct(const correction_order& o) override {
    note("POST", "/v1/events/{}/correction", o.event);
    if (settings().two_person_corrections)
      throw command_failed("corrections need two persons, each with a token: that needs the running gate");
    const store::event e = done(correction_of(done(event_named(*store_, o.event)), o.reason, actor_, store::now()));
    const store::recorded place = recorded_now(e);
    if (place.already_known) throw command_failed("that event is corrected already");
    return recorded_view(e, place, settings());
  }

  boost::json::value proposed_corrections() override {
    note("GET", "/v1/corrections");
    boost::json::array all;
    for (const store::proposed_correction& p : viewed(store_->proposed_corrections(store::now())))
      all.push_back(proposal_view(p));
    return all;
  }

  boost::json::value reassign(const reassignment_order& o) override {
    note("POST", "/v1/numbers/{}/reassigned", o.number);
    const store::event e =
        done(reassignment_of({o.number, o.occurred_at, o.source, o.reason}, settings().numbers, actor_, store::now()));
    return recorded_view(e, recorded_now(e), settings());
  }

  boost::json::value verify(const std::optional<std::string>& deposited) override {
    note("GET", "/v1/ledger/verification");
    auto [v, access] = done(begin_verification(deposited ? &*deposited : nullptr));
    while (!v.done)
      v = viewed(store_->verify(std::move(v)));
    while (!access.done)
      access = viewed(store_->verify_access(std::move(access)));
    return verification_view(v, access);
  }

  boost::json::value backup(const std::filesystem::path& folder) override {
    note("POST", "/v1/backups");
    if (const auto why = store_->backup(folder)) throw command_failed(why->message);
    return boost::json::object{{"folder", folder.string()}, {"ledger_events", store_->stats().ledger_events}};
  }

  boost::json::value rotate_key() override {
    note("POST", "/v1/keys");
    if (const auto why = store_->rotate_keys()) throw command_failed(why->message);
    return boost::json::object{{"rotated", true}};
  }

  boost::json::object report(const report_order& o) override {
    note("GET", "/v1/report", {},
         {{"from", o.from.value_or("")},
          {"to", o.to.value_or("")},
          {"sender", o.sender.value_or("")},
          {"source", o.source.value_or("")}});
    auto query = read_report_query(o, settings());
    if (const auto* wrong = std::get_if<std::string>(&query)) throw command_failed(*wrong);
    report_maker maker = make_report(*store_, settings(), std::get<report_query>(std::move(query)));
    finish(maker);
    return to_json(maker.figures());
  }

  std::string dossier(const std::string& number, const std::string& language) override {
    note("GET", "/v1/numbers/{}/dossier", number);
    const auto key = store::signing_key::open(settings().store_path / "ledger.key");
    if (const auto* why = std::get_if<store::failure>(&key)) throw command_failed(why->message);
    dossier_maker maker = make_dossier(*store_, settings(), read(number));
    finish(maker);
    return dossier_page(maker, std::get<store::signing_key>(key), language);
  }

  void events(const export_filter& f, const on_line& line) override {
    note("GET", "/v1/events", {},
         {{"number", f.number.value_or("")},
          {"source", f.source.value_or("")},
          {"from", f.from.value_or("")},
          {"to", f.to.value_or("")}});
    tail_query query;
    query.limit = UINT64_MAX;
    if (f.number) query.number = read(*f.number);
    query.source = f.source;
    read_times(f, query.from, query.to);
    each_line(event_tail(*store_, query), line);
  }

  void access(const access_filter& f, const on_line& line) override {
    note("GET", "/v1/access", {},
         {{"number", f.number.value_or("")},
          {"token", f.token.value_or("")},
          {"from", f.from.value_or("")},
          {"to", f.to.value_or("")}});
    store::access_query query;
    if (f.number) query.about = read(*f.number);
    query.actor = f.token;
    read_times(f, query.from, query.to);
    each_line(access_tail(*store_, query, UINT64_MAX), line);
  }

  void journal(const journal_filter& f, const on_line& line) override {
    note("GET", "/v1/journal", {},
         {{"number", f.number.value_or("")},
          {"sender", f.sender.value_or("")},
          {"message_id", f.message_id.value_or("")},
          {"from", f.from.value_or("")},
          {"to", f.to.value_or("")}});
    journal_search search;
    if (f.number) search.what.who = read(*f.number);
    search.what.sender = f.sender;
    search.what.message_id = f.message_id;
    read_times(f, search.what.from, search.what.to);
    if (const auto wrong = too_wide(search.what)) throw command_failed(*wrong);
    each_line(journal_lines(*store_, search), line);
  }

  boost::json::object import(const import_order& o, const import_listener& listener) override {
    note("POST", "/v1/imports", {},
         {{"name", printable(o.file.filename().string())}, {"dry_run", o.dry_run ? "true" : ""}});
    std::ifstream csv(o.file, std::ios::binary);
    if (!csv) throw command_failed("cannot read " + o.file.string());
    boost::json::array warnings;
    store::import_progress counts;
    const auto report = [&] {
      return boost::json::object{{"state", "running"},
                                 {"dry_run", o.dry_run},
                                 {"octets", std::filesystem::file_size(o.file)},
                                 {"octets_read", counts.octets_read.load()},
                                 {"rows", counts.rows.load()},
                                 {"taken", counts.taken.load()},
                                 {"unchanged", counts.unchanged.load()},
                                 {"refused", counts.refused.load()}};
    };
    store::import_options options;
    options.plan = settings().numbers;
    const std::string name = printable(o.file.filename().string());
    options.actor = store::names_a_number(name) ? actor_ : "import:" + name;
    options.dry_run = o.dry_run;
    if (o.reassigned) options.kind = store::import_kind::reassigned;
    if (!o.reason.empty()) options.reason = done(checked_reason(o.reason, {}));
    std::optional<store::rejects> rejects;
    const auto begin_rejects = [&] {
      if (!listener.rejects || rejects) return;
      listener.rejects(rejects.emplace(counts.header).header());
    };
    std::mutex one_at_a_time;
    options.on_refused = [&](const store::refused_row& r) {
      const std::lock_guard lock(one_at_a_time);
      listener.refused(boost::json::serialize(to_json(r)));
      begin_rejects();
      if (rejects) listener.rejects(rejects->line(r));
    };
    options.on_warning = [&](std::uint64_t, const std::string& text) {
      if (warnings.size() < import_jobs::max_listed) warnings.emplace_back(text);
    };
    options.rules_of = [&](const store::scope& s) { return rules_of(settings(), s); };
    {
      const std::jthread ticker([&](const std::stop_token& stop) {
        std::condition_variable_any never;
        for (std::unique_lock lock(one_at_a_time); !stop.stop_requested();) {
          listener.progress(report());
          never.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; });
        }
      });
      if (const auto why = store::import_csv(csv, *store_, options, counts)) throw command_failed(why->message);
    }
    begin_rejects();
    boost::json::object whole = report();
    whole["state"] = "done";
    whole["warnings"] = std::move(warnings);
    whole["figures"] = to_json(counts.figures);
    listener.progress(whole);
    return whole;
  }

 private:
  // It is recorded first, as the request that asks a gate for the same; nothing is told otherwise.
  void note(const char* method, const char* route, const std::string& captured = {},
            std::map<std::string, std::string> query = {}) {
    std::erase_if(query, [](const auto& parameter) { return parameter.second.empty(); });
    request r;
    r.method = method;
    r.target.query = std::move(query);
    r.actor = actor_;
    if (!captured.empty()) r.captured = {captured};
    if (const auto why = store_->record_access_and_wait(use_of(r, route, settings().numbers)))
      throw command_failed("nothing is told that cannot be recorded as told: " + why->message);
  }

  template <typename T>
  static T done(act<T> a) {
    if (const auto* why = std::get_if<refused_act>(&a)) throw command_failed(why->message);
    return std::get<T>(std::move(a));
  }

  store::recorded recorded_now(const store::event& e) {
    const store::outcome o = store_->record_and_wait({e});
    if (const auto* why = std::get_if<store::failure>(&o))
      throw command_failed("the event was not stored: " + why->message);
    return std::get<std::vector<store::recorded>>(o).front();
  }

  static void finish(auto& maker) {
    while (!viewed(maker.step())) {
    }
  }

  static void each_line(const body_stream& pieces, const on_line& line) {
    for (bool last = false; !last;) {
      const std::optional<body_piece> piece = pieces();
      if (!piece) throw command_failed("the store cannot be read to its end");
      std::string_view rest = piece->octets;
      for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        line(rest.substr(0, end));
        rest.remove_prefix(end + 1);
      }
      last = piece->last;
    }
  }

  const config& settings() const { return policy_.settings(); }

  store::number read(const std::string& text) const {
    const auto n = store::read_number(text, store::number_kind::unknown, settings().numbers);
    if (!n)
      throw command_failed("`" + text +
                           "` cannot be read as a number; write it with its country code, such as +33612345678");
    return *n;
  }

  static void read_times(const auto& filter, std::optional<store::instant>& from, std::optional<store::instant>& to) {
    if (filter.from) from = time(*filter.from).earliest;
    if (filter.to) to = time(*filter.to).latest;
    if (const auto wrong = wrong_order(from, to)) throw command_failed(*wrong);
  }

  static store::written_time time(const std::string& text) {
    const auto t = store::read_time(text);
    if (!t) throw command_failed("`" + text + "` is not a time; write 2026-11-24 or 2026-11-24T10:00:00Z");
    return *t;
  }

  metrics metrics_;
  refusal_log refusal_log_;
  std::unique_ptr<store::consent_store> store_;
  policy policy_;
  std::string actor_ = "cli:" + user();
};

}  // namespace

std::unique_ptr<desk> offline_desk(const config& c) {
  return std::make_unique<offline>(c);
}

}  // namespace proxy
