#include "proxy/cli/top_view.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "proxy/cli/table.h"

namespace proxy {
namespace {

constexpr const char* submits = "consentgate_submits_total";

std::string number(double value, int decimals = 0) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string rate(double a_second) {
  return number(a_second, a_second < 10 ? 1 : 0);
}

std::string seconds(double s) {
  if (s < 0) return "-";
  if (s < 0.001) return number(s * 1e6) + " us";
  return s < 1 ? number(s * 1e3) + " ms" : number(s, 1) + " s";
}

std::string octets(double n) {
  constexpr std::array<const char*, 5> units{"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; n >= 1000 && unit + 1 < units.size(); ++unit)
    n /= 1000;
  return number(n, unit < 3 ? 0 : 1) + " " + units[unit];
}

std::string duration(double s) {
  const auto minutes = static_cast<long>(s / 60);
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (minutes < 48 * 60) return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
  return std::to_string(minutes / 60 / 24) + " days";
}

class view {
 public:
  view(const look& now, const look& before, std::string address, std::size_t senders)
      : now_(now), before_(before), period_(std::max(now.at - before.at, 0.001)), senders_(senders) {
    heading(address);
    line("sessions", "senders " + number(now_.metrics.sum("consentgate_sessions", {{"leg", "esme"}})) + "   upstream " +
                         number(now_.metrics.sum("consentgate_sessions", {{"leg", "smsc"}})) +
                         "   PDU/s from senders " + rate(per_second("consentgate_pdus_total", {{"leg", "esme"}})) +
                         ", from the SMSC " + rate(per_second("consentgate_pdus_total", {{"leg", "smsc"}})));
    upstreams();
    line("latency", "the gate adds p50 " + quantile("consentgate_submit_seconds", 0.5) + ", p99 " +
                        quantile("consentgate_submit_seconds", 0.99) + "   the SMSC takes p50 " +
                        quantile("consentgate_upstream_response_seconds", 0.5) + ", p99 " +
                        quantile("consentgate_upstream_response_seconds", 0.99));
    line("STOPs", number(now_.metrics.sum("consentgate_opt_outs_total")) + " recorded, " +
                      rate(per_second("consentgate_opt_outs_total")) + "/s   to disk p99 " +
                      quantile("consentgate_opt_out_seconds", 0.99) + "   not stored " +
                      number(now_.metrics.sum("consentgate_unstored_opt_outs_total")) + ", unreadable " +
                      number(now_.metrics.sum("consentgate_unreadable_opt_outs_total")));
    line("store", std::string(now_.metrics.sum("consentgate_store_read_only") > 0 ? "READ ONLY" : "records") + "   " +
                      number(now_.metrics.sum("consentgate_numbers")) + " numbers, " +
                      number(now_.metrics.sum("consentgate_ledger_events")) + " events   commit p99 " +
                      quantile("consentgate_store_write_seconds", 0.99) + "   " +
                      octets(now_.metrics.sum("consentgate_store_free_bytes")) + " free");
    line("process", "CPU " + number(100 * per_second("process_cpu_seconds_total")) + " %   memory " +
                        octets(now_.metrics.sum("process_resident_memory_bytes")) + "   files " +
                        number(now_.metrics.sum("process_open_fds")) + " of " +
                        number(now_.metrics.sum("process_max_fds")));
    troubles();
    by_sender();
    by_reason();
  }

  std::string text() const { return text_; }

 private:
  void heading(const std::string& address) {
    const double start = now_.metrics.sum("process_start_time_seconds");
    text_ = "consentgate at " + address + ": " +
            (now_.readiness == "ready" ? "ready" : "NOT READY: " + printable(now_.readiness));
    if (start > 0) text_ += ", up " + duration(now_.at - start);
    text_ += "\n\n";
  }

  void line(const std::string& name, const std::string& what) {
    text_ += name + std::string(10 - std::min<std::size_t>(9, name.size()), ' ') + what + "\n";
  }

  double per_second(const std::string& name, const metric_labels& with = {}) const {
    return increase(now_.metrics.sum(name, with), before_.metrics.sum(name, with)) / period_;
  }

  std::string quantile(const char* histogram, double share) const {
    return seconds(quantile_between(now_.metrics, before_.metrics, histogram, share));
  }

  void upstreams() {
    std::string all;
    for (const auto& [name, up] : now_.metrics.sum_by("consentgate_upstream_up", "upstream"))
      all += (all.empty() ? "" : "   ") + printable(name) + (up > 0 ? " up" : " DOWN");
    line("upstreams", all.empty() ? "none was tried yet" : all);
  }

  // What should be nothing, when it is not.
  void troubles() {
    std::string all;
    for (const auto& [limit, count] : now_.metrics.sum_by("consentgate_limits_total", "limit")) {
      if (count > 0) all += "   limit " + printable(limit) + " " + number(count);
    }
    const auto add = [&](const char* what, const char* metric) {
      if (const double n = now_.metrics.sum(metric); n > 0) all += std::string("   ") + what + " " + number(n);
    };
    add("malformed", "consentgate_malformed_pdus_total");
    add("stray answers", "consentgate_stray_answers_total");
    add("journal lines dropped", "consentgate_journal_dropped_total");
    if (!all.empty()) line("troubles", all.substr(3));
  }

  void by_sender() {
    struct row {
      std::string sender;
      double forwarded, refused, observed, total;
    };
    std::vector<row> rows;
    for (const auto& [sender, total] : now_.metrics.sum_by(submits, "sender")) {
      const auto of = [&, &s = sender](const char* verdict) {
        return per_second(submits, {{"sender", s}, {"verdict", verdict}});
      };
      rows.push_back({sender, of("forwarded"), of("refused"), of("observed"), total});
    }
    std::ranges::sort(rows, std::greater{},
                      [](const row& r) { return std::pair(r.forwarded + r.refused + r.observed, r.total); });
    const std::size_t others = rows.size() - std::min(rows.size(), senders_);
    rows.resize(rows.size() - others);
    const auto opt_outs = now_.metrics.sum_by("consentgate_opt_outs_total", "sender");
    std::vector<table_row> cells;
    for (const row& r : rows) {
      const auto found = opt_outs.find(r.sender);
      cells.push_back({r.sender, rate(r.forwarded), rate(r.refused), rate(r.observed), number(r.total),
                       number(found == opt_outs.end() ? 0 : found->second)});
    }
    if (cells.empty()) return;
    text_ += "\n" + table({"sender", "forwarded/s", "refused/s", "observed/s", "submits", "opt-outs"}, cells);
    if (others > 0) text_ += "  and " + std::to_string(others) + " more\n";
  }

  void by_reason() {
    std::vector<table_row> cells;
    for (const char* verdict : {"refused", "observed"}) {
      for (const auto& [reason, total] : now_.metrics.sum_by(submits, "reason", {{"verdict", verdict}}))
        cells.push_back(
            {verdict, reason, rate(per_second(submits, {{"verdict", verdict}, {"reason", reason}})), number(total)});
    }
    if (!cells.empty()) text_ += "\n" + table({"verdict", "reason", "a second", "in all"}, cells);
  }

  const look& now_;
  const look& before_;
  double period_;
  std::size_t senders_;
  std::string text_;
};

}  // namespace

std::string top_view(const look& now, const look& before, const std::string& address, std::size_t senders) {
  return view(now, before, address, senders).text();
}

}  // namespace proxy
