// The metrics of interface, made once; what the path of a message touches is resolved to a counter before the first
// message.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/observe/batched_histogram.h"
#include "proxy/reason.h"
#include "smpp/pdu.h"

namespace proxy {

enum class leg { esme, smsc };
inline constexpr std::size_t leg_count = 2;
constexpr std::string_view name(leg l) {
  return l == leg::esme ? "esme" : "smsc";
}

class metrics {
 public:
  metrics();

  // consentgate_submits_total of one sender; combinations appear in the output once they have happened.
  class submit_counters {
   public:
    submit_counters(prometheus::Family<prometheus::Counter>& family, std::string sender);
    void count(verdict v, reason r, std::uint32_t times);

   private:
    prometheus::Family<prometheus::Counter>* family_;
    std::string sender_;
    std::array<std::atomic<prometheus::Counter*>, verdict_count * reason_count> counters_{};
  };
  std::shared_ptr<submit_counters> submits_of(const std::string& sender);

  void count_opt_out(const std::string& sender, std::string_view method);
  void count_opt_in(const std::string& sender, std::string_view method);
  // A STOP that a person wrote, by the source of the opt-in that it ends; empty: there was none.
  void count_complaint(const std::string& sender, std::string_view source);
  void count_pdu(leg l, smpp::command_id id, std::uint32_t times);
  void set_upstream_up(const std::string& upstream, bool up);

  // consentgate_listener_up{system_id}, which goes with its listener.
  void set_listener_up(const std::string& system_id, bool up);
  void forget_listener(const std::string& system_id);
  // consentgate_kept_messages{system_id}
  void set_kept(const std::string& system_id, std::uint64_t messages);
  // consentgate_keeping_total{system_id,outcome}: kept, no_room, not_stored, delivered, refused
  void count_kept(const std::string& system_id, std::string_view outcome, std::uint64_t times);

  // consentgate_certificate_days{file}: those of before are gone.
  void set_certificate_days(const std::map<std::string, double>& days_by_file);

  // which: time_to_bind, inactivity, not_smpp, not_tls, connections, connections_per_address, unsent_octets,
  // scheduled_messages, allow_from, max_binds, slowed, no_proxy_header, bind_attempts,
  // password, password_checks
  void count_limit(std::string_view which);

  // consentgate_gate_messages_total{kind,outcome}
  void count_gate_message(std::string_view kind, std::string_view outcome);

  // consentgate_config_reloads_total{result}: ok, failed; and consentgate_config_last_reload_ok
  void count_reload(bool ok);

  std::string text() const;  // the exposition format

  prometheus::Gauge& sessions(leg l);
  prometheus::Counter& malformed(leg l);
  prometheus::Counter& stray_answers(leg l);  // answers to a sequence_number nobody waits for: dropped
  prometheus::Counter& tls_failures(leg l);   // handshakes that came to nothing
  batched_histogram submit_seconds();         // one for each thread or session that observes
  batched_histogram upstream_response_seconds();
  prometheus::Histogram& store_write_seconds();
  prometheus::Histogram& opt_out_seconds();  // from an opt-out's arrival to its place on disk
  prometheus::Gauge& store_read_only();
  prometheus::Gauge& store_free_bytes();
  prometheus::Gauge& numbers();
  prometheus::Gauge& ledger_events();
  prometheus::Counter& unreadable_opt_outs();  // STOPs from a number that could not be read
  prometheus::Counter& unstored_opt_outs();    // STOPs answered ESME_RX_T_APPN
  prometheus::Counter& journal_dropped();      // decisions the disk could not take in time
  prometheus::Counter& frequency_forgotten();  // messages a cap forgot too early

 private:
  class implementation;
  std::shared_ptr<implementation> implementation_;
};

// Counts PDUs where many of a kind follow one another: the counter, which all threads share, is touched once for a row.
class pdu_tally {
 public:
  void count(metrics& m, leg l, smpp::command_id id, std::uint32_t times = 1) {
    if (id != id_ || l != leg_) {
      flush(m);
      id_ = id;
      leg_ = l;
    }
    times_ += times;
  }
  void flush(metrics& m) {
    if (times_ > 0) m.count_pdu(leg_, id_, times_);
    times_ = 0;
  }

 private:
  leg leg_ = leg::esme;
  smpp::command_id id_{};
  std::uint32_t times_ = 0;
};

// The same for verdicts.
class submit_tally {
 public:
  void count(metrics::submit_counters* of, verdict v, reason r) {
    if (of != of_ || v != verdict_ || r != reason_) {
      flush();
      of_ = of;
      verdict_ = v;
      reason_ = r;
    }
    ++times_;
  }
  void flush() {
    if (times_ > 0) of_->count(verdict_, reason_, times_);
    times_ = 0;
  }

 private:
  metrics::submit_counters* of_ = nullptr;
  verdict verdict_{};
  reason reason_{};
  std::uint32_t times_ = 0;
};

}  // namespace proxy
