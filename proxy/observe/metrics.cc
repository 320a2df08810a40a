#include "proxy/observe/metrics.h"

#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

#include "proxy/observe/labelled_counters.h"
#include "proxy/observe/process_metrics.h"
#include "proxy/observe/source_labels.h"

namespace proxy {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

namespace {

// What the gate adds to a message: microseconds while nothing waits.
const Histogram::BucketBoundaries submit_buckets{1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4,
                                                 2e-4, 5e-4, 1e-3, 1e-2, 0.1,  1};
// What others take: disks and SMSCs.
const Histogram::BucketBoundaries waiting_buckets{1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2,
                                                  0.1,  0.2,  0.5,  1,    2,    5,    10,   60};

Family<Counter>& counters(prometheus::Registry& r, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(r);
}

Family<Gauge>& gauges(prometheus::Registry& r, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(r);
}

Histogram& histogram(prometheus::Registry& r, const char* name, const char* help,
                     const Histogram::BucketBoundaries& b) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(r).Add({}, b);
}

}  // namespace

class metrics::implementation {
 public:
  prometheus::Registry registry;
  Family<Counter>& submits =
      counters(registry, "consentgate_submits_total", "Submitted destinations by verdict and reason");
  labelled_counters opt_outs{counters(registry, "consentgate_opt_outs_total",
                                      "Opt-outs recorded from replies and the API; imports report their own"),
                             "sender", "method"};
  labelled_counters opt_ins{counters(registry, "consentgate_opt_ins_total",
                                     "Opt-ins recorded from replies and the API; imports report their own"),
                            "sender", "method"};
  source_labels sources;
  labelled_counters complaints{counters(registry, "consentgate_complaints_total",
                                        "STOPs that people wrote, by the source of the opt-in that they end"),
                               "sender", "source", [this](std::string_view source) { return sources.of(source); }};
  Family<Gauge>& session_count = gauges(registry, "consentgate_sessions", "Open connections");
  Family<Gauge>& upstream_up =
      gauges(registry, "consentgate_upstream_up", "1 when the last attempt to connect succeeded");
  Family<Counter>& pdus = counters(registry, "consentgate_pdus_total", "PDUs received");
  Family<Counter>& malformed =
      counters(registry, "consentgate_malformed_pdus_total", "PDUs that could not be decoded or framed");
  Family<Counter>& stray = counters(registry, "consentgate_stray_answers_total", "Answers nobody waited for, dropped");
  Family<Counter>& limits = counters(registry, "consentgate_limits_total", "Times a limit was reached");
  Family<Counter>& gate_messages =
      counters(registry, "consentgate_gate_messages_total", "What the gate itself asked of an SMSC, by outcome");
  Family<Counter>& tls_failed =
      counters(registry, "consentgate_tls_failures_total", "TLS handshakes that came to nothing");
  Family<Gauge>& certificate_days =
      gauges(registry, "consentgate_certificate_days", "Days until the first certificate in the file expires");
  std::mutex certificates_mutex;
  std::map<std::string, Gauge*> certificates;
  Family<Counter>& reloads =
      counters(registry, "consentgate_config_reloads_total", "Reloads of the configuration by result");
  Family<Gauge>& listener_up = gauges(registry, "consentgate_listener_up",
                                      "1 while the gate's listener is bound, or a sender receives: 0, nobody hears");
  Family<Gauge>& kept_messages =
      gauges(registry, "consentgate_kept_messages", "Messages kept for a sender until it receives");
  Family<Counter>& keeping =
      counters(registry, "consentgate_keeping_total", "Messages of listeners by what became of them");
  Gauge& last_reload_ok =
      gauges(registry, "consentgate_config_last_reload_ok", "0 after a reload that failed: the earlier one is in force")
          .Add({});
  std::array<Gauge*, leg_count> sessions_by_leg{};
  std::array<Counter*, leg_count> malformed_by_leg{};
  std::array<Counter*, leg_count> stray_by_leg{};
  std::array<Counter*, leg_count> tls_failed_by_leg{};
  Histogram& submit_seconds =
      histogram(registry, "consentgate_submit_seconds", "Time the gate itself adds to a submission", submit_buckets);
  Histogram& upstream_response_seconds =
      histogram(registry, "consentgate_upstream_response_seconds",
                "Time from a forwarded submission to the SMSC's answer", waiting_buckets);
  Histogram& store_write_seconds =
      histogram(registry, "consentgate_store_write_seconds", "Time of one group commit", waiting_buckets);
  Histogram& opt_out_seconds =
      histogram(registry, "consentgate_opt_out_seconds",
                "Time from an opt-out's arrival at the gate to its place on disk", waiting_buckets);
  Gauge& free_bytes = gauges(registry, "consentgate_store_free_bytes", "Room on the file system of the store").Add({});
  Gauge& read_only =
      gauges(registry, "consentgate_store_read_only", "1 while nothing can be recorded: marketing is refused").Add({});
  Gauge& numbers = gauges(registry, "consentgate_numbers", "Numbers with any state").Add({});
  Gauge& ledger_events = gauges(registry, "consentgate_ledger_events", "Events in the ledger").Add({});
  Counter& unreadable_opt_outs =
      counters(registry, "consentgate_unreadable_opt_outs_total", "STOPs from a number that could not be read").Add({});
  Counter& unstored_opt_outs =
      counters(registry, "consentgate_unstored_opt_outs_total", "STOPs answered ESME_RX_T_APPN: not on disk").Add({});
  Counter& journal_dropped =
      counters(registry, "consentgate_journal_dropped_total", "Decisions missing in the journal: the disk was too slow")
          .Add({});
  Counter& frequency_forgotten = counters(registry, "consentgate_frequency_forgotten_total",
                                          "Messages that a cap forgot before its window was over")
                                     .Add({});
  std::mutex senders_mutex;
  std::map<std::string, std::shared_ptr<submit_counters>> senders;

  // Indexed by command_id where the specification has one; everything else is "unknown".
  static constexpr std::size_t low_ids = 0x120;
  struct pdu_counters {
    std::array<std::atomic<Counter*>, low_ids> requests{};
    std::array<std::atomic<Counter*>, low_ids> responses{};
    std::atomic<Counter*> generic_nack{};
    std::atomic<Counter*> unknown{};
  };
  std::array<pdu_counters, leg_count> by_command;

  implementation() {
    for (const leg l : {leg::esme, leg::smsc}) {
      const prometheus::Labels labels{{"leg", std::string(name(l))}};
      const auto at = static_cast<std::size_t>(l);
      sessions_by_leg[at] = &session_count.Add(labels);
      malformed_by_leg[at] = &malformed.Add(labels);
      stray_by_leg[at] = &stray.Add(labels);
      tls_failed_by_leg[at] = &tls_failed.Add(labels);
    }
    // From the start, so that the first time counts as an increase.
    for (const char* limit : {"time_to_bind", "inactivity", "not_smpp", "not_tls", "connections",
                              "connections_per_address", "unsent_octets", "scheduled_messages", "allow_from",
                              "max_binds", "slowed", "no_proxy_header", "bind_attempts", "password", "password_checks"})
      limits.Add({{"limit", limit}});
    for (const char* result : {"ok", "failed"})
      reloads.Add({{"result", result}});
    last_reload_ok.Set(1);
  }

  std::atomic<Counter*>& slot(leg l, smpp::command_id id) {
    pdu_counters& of_leg = by_command[static_cast<std::size_t>(l)];
    if (id == smpp::command_id::generic_nack) return of_leg.generic_nack;
    const std::uint32_t low = static_cast<std::uint32_t>(id) & 0x7FFFFFFFU;
    if (low >= low_ids || smpp::name(id).empty()) return of_leg.unknown;
    return smpp::is_response(id) ? of_leg.responses[low] : of_leg.requests[low];
  }
};

metrics::metrics() : implementation_(std::make_shared<implementation>()) {}

metrics::submit_counters::submit_counters(Family<Counter>& family, std::string sender)
    : family_(&family), sender_(std::move(sender)) {}

void metrics::submit_counters::count(verdict v, reason r, std::uint32_t times) {
  auto& slot = counters_[static_cast<std::size_t>(v) * reason_count + static_cast<std::size_t>(r)];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    // Two threads may both get here: the family gives both the same counter.
    counter = &family_->Add({{"sender", sender_}, {"verdict", std::string(name(v))}, {"reason", std::string(name(r))}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment(times);
}

std::shared_ptr<metrics::submit_counters> metrics::submits_of(const std::string& sender) {
  const std::lock_guard lock(implementation_->senders_mutex);
  auto& counters = implementation_->senders[sender];
  if (!counters) counters = std::make_shared<submit_counters>(implementation_->submits, sender);
  return counters;
}

void metrics::count_opt_out(const std::string& sender, std::string_view method) {
  implementation_->opt_outs.count(sender, method);
}

void metrics::count_opt_in(const std::string& sender, std::string_view method) {
  implementation_->opt_ins.count(sender, method);
}

void metrics::count_complaint(const std::string& sender, std::string_view source) {
  implementation_->complaints.count(sender, source);
}

void metrics::count_pdu(leg l, smpp::command_id id, std::uint32_t times) {
  auto& slot = implementation_->slot(l, id);
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    const std::string_view known = smpp::name(id);
    counter = &implementation_->pdus.Add(
        {{"leg", std::string(name(l))}, {"command", known.empty() ? "unknown" : std::string(known)}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment(times);
}

void metrics::set_upstream_up(const std::string& upstream, bool up) {
  implementation_->upstream_up.Add({{"upstream", upstream}}).Set(up ? 1 : 0);
}

void metrics::set_listener_up(const std::string& system_id, bool up) {
  implementation_->listener_up.Add({{"system_id", system_id}}).Set(up ? 1 : 0);
}

void metrics::forget_listener(const std::string& system_id) {
  implementation_->listener_up.Remove(&implementation_->listener_up.Add({{"system_id", system_id}}));
}

void metrics::set_kept(const std::string& system_id, std::uint64_t messages) {
  implementation_->kept_messages.Add({{"system_id", system_id}}).Set(static_cast<double>(messages));
}

void metrics::count_kept(const std::string& system_id, std::string_view outcome, std::uint64_t times) {
  implementation_->keeping.Add({{"system_id", system_id}, {"outcome", std::string(outcome)}})
      .Increment(static_cast<double>(times));
}

void metrics::set_certificate_days(const std::map<std::string, double>& days_by_file) {
  const std::lock_guard lock(implementation_->certificates_mutex);
  auto& known = implementation_->certificates;
  std::erase_if(known, [&](const auto& entry) {
    const bool gone = !days_by_file.contains(entry.first);
    if (gone) implementation_->certificate_days.Remove(entry.second);
    return gone;
  });
  for (const auto& [file, days] : days_by_file) {
    Gauge*& gauge = known[file];
    if (gauge == nullptr) gauge = &implementation_->certificate_days.Add({{"file", file}});
    gauge->Set(days);
  }
}

void metrics::count_limit(std::string_view which) {
  implementation_->limits.Add({{"limit", std::string(which)}}).Increment();
}

void metrics::count_gate_message(std::string_view kind, std::string_view outcome) {
  implementation_->gate_messages.Add({{"kind", std::string(kind)}, {"outcome", std::string(outcome)}}).Increment();
}

void metrics::count_reload(bool ok) {
  implementation_->reloads.Add({{"result", ok ? "ok" : "failed"}}).Increment();
  implementation_->last_reload_ok.Set(ok ? 1 : 0);
}

std::string metrics::text() const {
  std::vector<prometheus::MetricFamily> families = implementation_->registry.Collect();
  for (prometheus::MetricFamily& f : process_metrics())
    families.push_back(std::move(f));
  return prometheus::TextSerializer{}.Serialize(families);
}

Gauge& metrics::sessions(leg l) {
  return *implementation_->sessions_by_leg[static_cast<std::size_t>(l)];
}
Counter& metrics::malformed(leg l) {
  return *implementation_->malformed_by_leg[static_cast<std::size_t>(l)];
}
Counter& metrics::stray_answers(leg l) {
  return *implementation_->stray_by_leg[static_cast<std::size_t>(l)];
}
Counter& metrics::tls_failures(leg l) {
  return *implementation_->tls_failed_by_leg[static_cast<std::size_t>(l)];
}
batched_histogram metrics::submit_seconds() {
  return {implementation_->submit_seconds, submit_buckets};
}
batched_histogram metrics::upstream_response_seconds() {
  return {implementation_->upstream_response_seconds, waiting_buckets};
}
Histogram& metrics::store_write_seconds() {
  return implementation_->store_write_seconds;
}
Histogram& metrics::opt_out_seconds() {
  return implementation_->opt_out_seconds;
}
Gauge& metrics::store_free_bytes() {
  return implementation_->free_bytes;
}
Gauge& metrics::store_read_only() {
  return implementation_->read_only;
}
Gauge& metrics::numbers() {
  return implementation_->numbers;
}
Gauge& metrics::ledger_events() {
  return implementation_->ledger_events;
}
Counter& metrics::unreadable_opt_outs() {
  return implementation_->unreadable_opt_outs;
}
Counter& metrics::frequency_forgotten() {
  return implementation_->frequency_forgotten;
}

Counter& metrics::journal_dropped() {
  return implementation_->journal_dropped;
}
Counter& metrics::unstored_opt_outs() {
  return implementation_->unstored_opt_outs;
}

}  // namespace proxy
