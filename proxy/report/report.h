// The figures of a time: what became of the submitted messages, how people objected, how long that took to have effect,
// and which sources people complain about. Gathered in one pass over journal and ledger, in counters: what it takes in
// memory depends on how many senders and sources there are, not on how long the time is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "proxy/report/attribution.h"
#include "proxy/report/durations.h"
#include "proxy/report/report_query.h"
#include "store/consent_store.h"

namespace proxy {

struct report_figures {
  report_query asked;
  // The oldest decision that the journal still has: before it nothing is counted.
  std::optional<store::instant> journal_begins;

  struct decisions {
    std::string sender, verdict, reason;
    source_name source;
    std::uint64_t count = 0;
  };
  std::vector<decisions> submits;  // one for each combination; ordered

  std::map<std::string, durations> opt_outs;  // by method; how long each took to have effect
  durations all_opt_outs;
  std::uint64_t corrected_opt_outs = 0;  // in none of the others
  std::map<source_name, std::uint64_t> opt_outs_by_source;
};

class report_maker {
 public:
  // The store outlives it.
  report_maker(const store::consent_store& s, report_query q, group_of_sender group_of);

  // Reads on, for some ten milliseconds. Whether all has been read: then figures() is whole.
  std::variant<bool, store::failure> step();
  report_figures figures() const;

 private:
  using texts = std::tuple<std::string, std::string, std::string>;  // sender, verdict, reason
  struct decided {
    std::uint64_t event;
    std::uint32_t kind;
  };

  std::optional<store::failure> read_beginning();
  std::optional<store::failure> read_journal();
  void begin_attribution();
  std::optional<store::failure> read_ledger();
  std::optional<store::failure> attribute();
  std::optional<store::failure> find_first_event();
  std::optional<store::failure> count(const store::event& opt_out);
  std::uint32_t kind_of(const store::journal_entry& e);
  bool concerns_sender(const store::event& opt_out) const;

  const store::consent_store& store_;
  report_query query_;
  group_of_sender group_of_;
  attribution attribution_;

  enum class part { beginning, journal, sources, ledger, done };
  part part_ = part::beginning;
  store::journal_place place_;
  std::optional<std::uint64_t> sequence_;  // of the last event read

  std::map<texts, std::uint32_t, std::less<>> kinds_;
  std::vector<decided> pending_;  // decisions whose sources have yet to be found
  std::size_t attributed_ = 0;    // of them, from the first on
  std::map<std::pair<std::uint32_t, source_name>, std::uint64_t> counts_;
  report_figures figures_;  // but for submits
};

}  // namespace proxy
