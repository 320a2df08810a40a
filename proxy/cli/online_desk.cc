#include <boost/json.hpp>
#include <thread>

#include "proxy/admin/import_jobs.h"
#include "proxy/cli/admin_client.h"
#include "proxy/cli/desk.h"
#include "proxy/cli/escapes.h"
#include "proxy/cli/table.h"
#include "proxy/cli/whole_rows.h"

namespace proxy {
namespace {

// Of a path. An empty one would ask for something else.
std::string segment(const std::string& text) {
  if (text.empty()) throw command_failed("an empty text names no number, event or source");
  return percent_encode(text);
}

class online : public desk {
 public:
  explicit online(const config& c) : client_(c) {}

  boost::json::value record(const store::entry& e) override {
    boost::json::object body;
    for (const store::field& f : store::entry_fields()) {
      if (!(e.*f.member).empty()) body[f.name] = e.*f.member;
    }
    return client_.post("/v1/events", body);
  }

  boost::json::value number(const std::string& number) override {
    return client_.get("/v1/numbers/" + segment(number));
  }

  boost::json::value history(const std::string& number) override {
    return client_.get("/v1/numbers/" + segment(number) + "/events");
  }

  boost::json::value decision(const std::string& number, const std::string& sender, const std::string& at) override {
    return client_.get("/v1/decision?number=" + percent_encode(number) + "&sender=" + percent_encode(sender) +
                       (at.empty() ? "" : "&at=" + percent_encode(at)));
  }

  boost::json::value recall(const std::string& source, const std::string& reason) override {
    return client_.post("/v1/sources/" + segment(source) + "/recall", boost::json::object{{"reason", reason}});
  }

  boost::json::value erase(const erasure_order& o) override {
    return client_.erase("/v1/numbers/" + segment(o.number) + "?reason=" + percent_encode(o.reason) +
                         (o.now ? "&now=true" : ""));
  }

  boost::json::value correct(const correction_order& o) override {
    boost::json::object body;
    if (!o.reason.empty()) body["reason"] = o.reason;
    if (o.approve) body["approve"] = true;
    return client_.post("/v1/events/" + segment(o.event) + "/correction", body);
  }

  boost::json::value proposed_corrections() override { return client_.get("/v1/corrections"); }

  boost::json::value reassign(const reassignment_order& o) override {
    boost::json::object body;
    for (const auto& [name, value] :
         {std::pair{"occurred_at", &o.occurred_at}, std::pair{"source", &o.source}, std::pair{"reason", &o.reason}}) {
      if (!value->empty()) body[name] = *value;
    }
    return client_.post("/v1/numbers/" + segment(o.number) + "/reassigned", body);
  }

  boost::json::value verify(const std::optional<std::string>& deposited) override {
    return client_.get("/v1/ledger/verification" + (deposited ? "?deposited=" + percent_encode(*deposited) : ""));
  }

  boost::json::value backup(const std::filesystem::path& folder) override {
    return client_.post("/v1/backups", boost::json::object{{"folder", std::filesystem::absolute(folder).string()}});
  }

  boost::json::value rotate_key() override { return client_.post("/v1/keys", boost::json::object{}); }

  boost::json::object report(const report_order& o) override {
    std::string query;
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
      if (value) query += (query.empty() ? "?" : "&") + std::string(name) + "=" + percent_encode(*value);
    };
    add("from", o.from);
    add("to", o.to);
    add("sender", o.sender);
    add("source", o.source);
    return client_.get("/v1/report" + query).as_object();
  }

  std::string dossier(const std::string& number, const std::string& language) override {
    std::string html;
    client_.get_lines("/v1/numbers/" + segment(number) + "/dossier?lang=" + language,
                      [&](std::string_view line) { (html += line) += '\n'; });
    return html;
  }

  void journal(const journal_filter& f, const on_line& line) override {
    std::string filter;
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
      if (value) filter += (filter.empty() ? "?" : "&") + std::string(name) + "=" + percent_encode(*value);
    };
    add("number", f.number);
    add("sender", f.sender);
    add("from", f.from);
    add("to", f.to);
    add("message_id", f.message_id);
    client_.get_lines("/v1/journal" + filter, line);
  }

  void events(const export_filter& f, const on_line& line) override {
    const std::string filter = parameter("number", f.number) + parameter("source", f.source) +
                               parameter("from", f.from) + parameter("to", f.to);
    std::int64_t after = 0;
    for (std::size_t lines = page; lines == page;) {
      lines = 0;
      client_.get_lines("/v1/events?after=" + std::to_string(after) + "&limit=" + std::to_string(page) + filter,
                        [&](std::string_view text) {
                          ++lines;
                          if (lines == page) after = boost::json::parse(text).at("sequence").to_number<std::int64_t>();
                          line(text);
                        });
    }
  }

  // Pages begin with the last line of the page before: no two have the same time.
  void access(const access_filter& f, const on_line& line) override {
    const std::string filter = parameter("number", f.number) + parameter("token", f.token) + parameter("to", f.to);
    std::optional<std::string> from = f.from;
    std::string last;
    for (std::size_t lines = page; lines == page;) {
      lines = 0;
      client_.get_lines("/v1/access?limit=" + std::to_string(page) + filter + parameter("from", from),
                        [&](std::string_view text) {
                          if (++lines == page) from = boost::json::parse(text).at("time").as_string();
                          if (lines > 1 || text != last) line(text);
                          if (lines == page) last = text;
                        });
    }
  }

  boost::json::object import(const import_order& o, const import_listener& listener) override {
    std::string query = "?name=" + percent_encode(printable(o.file.filename().string()));
    if (o.dry_run) query += "&dry_run=true";
    if (o.reassigned) query += "&event=reassigned";
    if (!o.reason.empty()) query += "&reason=" + percent_encode(o.reason);
    const boost::json::value job = client_.post_file("/v1/imports" + query, o.file);
    const std::string path = "/v1/imports/" + std::string(job.at("id").as_string());
    for (;;) {
      boost::json::object report = client_.get(path).as_object();
      listener.progress(report);
      const boost::json::string& state = report.at("state").as_string();
      if (state == "failed") throw command_failed(std::string(report.at("error").as_string()));
      if (state == "done") {
        fetch_refused(path, report, o.file, listener);
        return report;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

 private:
  static std::string parameter(const char* name, const std::optional<std::string>& value) {
    return value ? "&" + std::string(name) + "=" + percent_encode(*value) : "";
  }

  static constexpr std::size_t page = 100000;

  // The file of refused rows has them as they are in the imported one, also of a gate that keeps no numbers.
  void fetch_refused(const std::string& path, const boost::json::object& report, const std::filesystem::path& file,
                     const import_listener& listener) {
    std::optional<whole_rows> rows;
    std::optional<store::rejects> rejects;
    if (listener.rejects) listener.rejects(rejects.emplace(rows.emplace(file).header()).header());
    if (report.at("refused").to_number<std::uint64_t>() == 0) return;
    try {
      client_.get_lines(path + "/refusals", [&](std::string_view line) {
        listener.refused(line);
        if (rejects) listener.rejects(rejects->line(rows->whole(refused_row_of(boost::json::parse(line)))));
      });
    } catch (const command_failed& e) {
      throw command_failed(std::string(e.what()) + "; the import itself is done");
    }
  }

  admin_client client_;
};

}  // namespace

std::unique_ptr<desk> online_desk(const config& c) {
  return std::make_unique<online>(c);
}

}  // namespace proxy
