// What one synced write will hold: events made into records, the states of the numbers they concern, and what the index
// learns once they are on disk.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "store/consent_store.h"
#include "store/event_id.h"
#include "store/index.h"
#include "store/ledger.h"
#include "store/subjects.h"

namespace store {

struct event_id_hash {
  std::size_t operator()(const event_id& id) const;
};
using event_ids = std::unordered_set<event_id, event_id_hash>;

// What an event means for verdicts; nothing for one that means none.
std::optional<fact> fact_of(const event& e, names& n);
// The recalls among a ledger's recalls and their corrections.
recalls recalls_of(const std::vector<event>& history, const event_ids& corrected, names& n);

// What the writer keeps between two commits; its own thread changes it.
struct committed {
  index& facts;
  store::names& names;
  const subjects& who;
  event_id_maker ids;
  event_ids corrected;
};

class commit_group {
 public:
  commit_group(const ledger& l, committed& known, instant wall);

  // One result for each event. After a failure the group is of no further use.
  std::variant<std::vector<recorded>, failure> add(std::vector<event> events);
  // Replaces the person by a hash in all that is on disk of the number, and adds the event that says so. The number of
  // events it changed.
  std::variant<erased, failure> erase(number who, event by);
  // Keeps a pending opt-in, in the place of an earlier one, or forgets it.
  void keep(pending_opt_in p);
  void forget(number who, std::string_view sender);
  // What stands afterwards: this proposal, or that of somebody else, which is not replaced before it has lapsed.
  // Nothing when the event is corrected already.
  std::variant<std::optional<proposed_correction>, failure> propose(proposed_correction p);

  const std::vector<event>& events() const { return changes_.events; }
  bool empty() const {
    return changes_.events.empty() && changes_.pending_opt_ins.empty() && changes_.proposals.empty() &&
           !changes_.erased.has_value();
  }
  // What to write.
  const ledger::changes& finish();
  // The numbers whose facts are replaced: what a failed write leaves in doubt.
  std::vector<number> replaced() const;
  // It is on disk: the index and what is committed follow.
  void apply();

 private:
  void replace_facts();
  std::variant<recorded, failure> add_one(event e);
  std::variant<std::vector<fact>, failure> on_disk(number who, const fact& f) const;
  std::optional<failure> add_fact(const event& e);
  std::optional<failure> correct(const event& e);
  std::variant<std::vector<event>, failure> history(number who) const;
  recorded number_and_keep(event e);

  const ledger& ledger_;
  committed& known_;
  instant wall_;
  ledger::changes changes_;
  std::uint64_t last_sequence_;
  std::unordered_map<std::uint64_t, std::vector<fact>> states_;
  std::vector<std::pair<number, fact>> facts_;
  event_ids corrected_;
  std::vector<number> replaced_;
  std::vector<number> left_over_;  // known under the number although a hash stands for it
  bool recalls_corrected_ = false;
};

}  // namespace store
