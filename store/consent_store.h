// The store: an append-only ledger and the current state of each number in RocksDB, and in front of it an index in
// memory from which verdicts are made without touching the disk. Format: store/FORMAT.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "store/access.h"
#include "store/address_users.h"
#include "store/correspondence.h"
#include "store/event.h"
#include "store/failure.h"
#include "store/held.h"
#include "store/import_batch.h"
#include "store/journal_search.h"
#include "store/ledger_head.h"
#include "store/pending_opt_in.h"
#include "store/precedence.h"
#include "store/proposed_correction.h"
#include "store/scheduled.h"
#include "store/sent_messages.h"

namespace store {

class journal_columns;

struct recorded {
  std::uint64_t sequence = 0;
  event_id id{};
  instant occurred_at{};
  instant recorded_at{};
  bool already_known =
      false;  // the same entry had been recorded before: nothing changed, and these are the earlier event's
};

// One for each event handed in, or why none of them is on disk.
using outcome = std::variant<std::vector<recorded>, failure>;
using completion = std::function<void(outcome)>;

// What erasing a person did.
struct erased {
  recorded by{};                               // the erasure's own event
  number hash{};                               // what stands for the number from now on
  std::uint64_t events = 0;                    // that lost their personal part
  bool already = false;                        // nothing personal was left: nothing changed
  std::vector<std::string> telling_sources{};  // whose names hold the number; the chain covers them, so they stay
};
// A correction that waits for a second person, or nothing when its event is corrected already.
using proposal_completion = std::function<void(std::variant<std::optional<proposed_correction>, failure>)>;
using erasure_completion = std::function<void(std::variant<erased, failure>)>;

struct statistics {
  std::uint64_t numbers = 0;        // numbers with any state
  std::uint64_t ledger_events = 0;  // the newest sequence
  std::uint64_t index_bytes = 0;
  std::uint64_t journal_dropped = 0;  // decisions that could not be written in time, since the start
};

// What a walk along the chain of the ledger has found so far.
struct verification {
  std::uint64_t events = 0;        // that fit, from the first one on
  std::uint64_t first_misfit = 0;  // the sequence of the first event that does not; 0: all fit
  std::string why;                 // it does not, for people
  digest256 head{};                // of the last event that fits
  ledger_head deposited;           // earlier, elsewhere: its event must still be there and be the same
  bool done = false;               // the newest event, or a misfit, is reached
};

// The same for the record of access.
struct access_verification {
  store::access_head head;           // of the last use that fits
  std::uint64_t first_misfit = 0;    // the number of the first use that does not; 0: all fit
  std::optional<instant> misfit_at;  // its time, if it is there
  std::string why;                   // it does not, for people
  store::access_head deposited;      // earlier, elsewhere
  bool done = false;                 // the newest use, or a misfit, is reached
};

class consent_store {
 public:
  struct options {
    std::filesystem::path path;
    // Called on the writer's thread with the seconds one group commit took.
    std::function<void(double)> on_write;
    bool hashed_numbers = false;  // keep no number, only its keyed hash; cannot be changed once anything is recorded
  };

  // Opens or creates the store, takes its lock and loads the index. Fails with what to do when another process holds
  // it, when the format is not ours, or when it is damaged.
  static std::variant<std::unique_ptr<consent_store>, failure> open(options o);
  ~consent_store();  // writes what has been handed in, then closes
  consent_store(const consent_store&) = delete;
  consent_store& operator=(const consent_store&) = delete;

  // --- the path of a message: any thread, no disk, no allocation ---

  finding judge(number who, const question& q) const;
  // The number will be asked about soon: begins to fetch from memory what is known of it.
  void expect(number who) const;
  // Whether the number is opted out of exactly this scope (opted_out_in). Allocates.
  bool opted_out_of(number who, scope_id scope) const;
  // False after a failed write until one succeeds again (the store reopens itself and keeps trying), and while the
  // clock is implausible (more than an hour before the newest recorded event): nothing that needs consent may pass
  // then.
  bool available(instant now) const;
  scope_id intern(const scope& s);

  // --- who wrote to whom lately (correspondence.h): any thread, no disk ---

  channel_id channel_of(std::string_view address, std::string_view sender) const;
  // From now on these use the address. Those that may have used it unseen, and until when that counts
  // (address_users.h).
  address_users::unseen use_address(const std::string& address, std::vector<channel_id> channels, instant now);
  void wrote(number to, channel_id through, instant at);
  // Those of the channels through which the number was written to in the last 30 days. Nothing: it is not known.
  std::vector<channel_id> used_lately(number to, std::span<const channel_id> among, instant now) const;

  // --- messages that an SMSC holds until later (scheduled.h): any thread, no disk ---

  // False when there are too many. Those of a number are looked at once an opt-out of it is on disk.
  bool keep_scheduled(scheduled s);
  scheduled_messages& scheduled_ones();

  // --- what the gate itself has sent (sent_messages.h): any thread, no disk ---

  void sent(number to, std::string message_id, instant at);
  bool has_sent() const;  // anything that receipts may come for
  std::vector<std::string> sent_ids(number to) const;
  void forget_sent(instant before);

  // --- recording: any thread ---

  // Appends the events, all or none, in one synced write shared with whatever else waits (group commit); then calls
  // `done` on the writer's thread. Opt-outs block in memory before this returns, and recalls void
  // their source, whether or not the write succeeds. The events made by the gate get an occurred_at that is later than
  // any such event of the same number. A correction of what is corrected already is "already known".
  void record(std::vector<event> events, completion done);
  outcome record_and_wait(std::vector<event> events);

  // An imported row, ready to be recorded. Its identity is the digest of its fields.
  void make_ready(event e, import_batch& into);
  // As for events, except that a row that has been recorded before changes nothing: the writer finds out, and nothing
  // is blocked before. Other events do not wait for more than one slice.
  void record(import_slice rows, std::function<void(std::optional<failure>)> done);

  // Keeps the proposal until its event is corrected, in the place of an earlier one of the same person; then calls
  // `done` with the one that stands, which is another person's when that has not lapsed.
  void propose(proposed_correction p, proposal_completion done);
  // Those that have not lapsed, by the id of their events; from disk.
  std::variant<std::vector<proposed_correction>, failure> proposed_corrections(instant now) const;

  // Forgets the person: in all that is on disk about the number a keyed hash takes its place, and the texts and salts
  // of its events are gone; what is known of it goes on counting. The event that says so has `by`'s actor and reason.
  // The journal is worked through after that event, while others are recorded; `done` is called at its end, on a thread
  // of the store. What a crash interrupts goes on at the next start.
  // The remains in the files are removed within a day, or by purge().
  void erase(number who, event by, erasure_completion done);
  // Removes now what erasures left in the files; returns once no file holds it, which may take minutes.
  std::optional<failure> purge();
  bool owes_purge() const;
  void stop_purging();  // before the store is closed: a purge under way fails, and is owed at the next start
  // A new key for the numbers erased from now on.
  std::optional<failure> rotate_keys();

  // --- requests that wait for the person's YES: any thread ---

  // Keeps it, in the place of an earlier one of the same person and sender; done() as with record().
  void keep(pending_opt_in p, std::function<void(std::optional<failure>)> done);
  void forget(number who, const std::string& sender);
  std::variant<std::vector<pending_opt_in>, failure> pending_opt_ins() const;  // from disk

  // --- what is held for somebody who is not there (held_queue.h): any thread ---

  // False when there is no room: then nothing is held. Otherwise done() as with record(). Erasing the person it is
  // `about` (zero: nobody known) removes it.
  bool hold(const std::string& name, number about, std::string octets, const held_bounds& most, held_completion done);
  void read_held(const std::string& name, std::uint64_t after, std::size_t most, held_reader done);
  void remove_held(const std::string& name, std::uint64_t position);
  held_size held(const std::string& name) const;
  std::map<std::string, held_size> held_sizes() const;

  // --- reading: any thread, from disk ---

  // The history of a number, oldest recorded first, with the corrections of its events; of number{}: the recalls.
  std::variant<std::vector<event>, failure> history(number who) const;
  std::variant<std::optional<event>, failure> at(std::uint64_t sequence) const;
  // Those of these sequences, ascending, that are there, until the visitor returns false.
  std::optional<failure> each_at(std::span<const std::uint64_t> sequences,
                                 const std::function<bool(const event&)>& visit) const;
  std::variant<std::optional<event>, failure> find(const event_id& id) const;
  // The ledger in order, after `after`, until the visitor returns false.
  std::optional<failure> scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const;
  // What the index knows of a number, with the names of scopes and sources.
  struct known_fact {
    fact what;
    store::scope scope;
    std::string source;
  };
  std::vector<known_fact> known(number who) const;
  // An opt-in for a scope, and for a sender's its group, with the life it has there.
  struct arrival {
    number who;
    fact opt_in;
    question asked;
  };
  arrival arrival_of(const event& opt_in, const std::string& group, std::chrono::months life) const;
  // What the opt-in amounts to when it is recorded now (judge_arrival).
  standing judge(arrival a, instant now) const;
  // For each digest of an imported row, whether it has been recorded.
  std::variant<std::vector<bool>, failure> are_recorded(std::span<const std::array<std::uint8_t, 16>> identities) const;
  // Whether any event named the source.
  bool knows_source(const std::string& source) const;
  // The opt-ins that a recall of the source would void now.
  std::uint64_t opt_ins_of(const std::string& source, instant up_to) const;
  // Under which number the person is kept: the number itself, or its hash.
  number kept_as(number who) const;

  // Walks the chain on from where `so_far` ends, some ten thousand events at a time: again until it is done.
  std::variant<verification, failure> verify(verification so_far) const;
  std::variant<access_verification, failure> verify_access(access_verification so_far) const;
  ledger_head head() const;
  store::access_head access_head() const;
  // A consistent copy in a folder that is made for it; a store like this one can be opened there.
  std::optional<failure> backup(const std::filesystem::path& folder) const;

  // --- the journal of decisions: any thread ---

  // The number of a text that decisions share; the same as long as the store is open.
  text_id journal_text(std::string_view text);
  // Hands lines over, to be written within a second. Never waits: when the disk cannot keep up the oldest are dropped,
  // and counted.
  void journal(journal_batch lines);
  // The same of what decisions are collected in; then it is empty.
  void journal(journal_columns& lines);
  // Calls done() on the writer's thread when what has been handed over is on disk, or cannot be written just now.
  void flush_journal(std::function<void()> done);
  // Entries older than this are removed, now and each hour; 0: none is, as at first.
  void keep_journal_for(std::chrono::seconds retention);
  // What matches, in the order in which the decisions were complete, until the visitor returns false. The second form
  // goes on after `place` and stops after so many blocks.
  std::optional<failure> scan_journal(const journal_query& q,
                                      const std::function<bool(const journal_entry&)>& visit) const;
  std::variant<journal_place, failure> scan_journal(const journal_query& q, journal_place place,
                                                    std::size_t most_blocks,
                                                    const std::function<bool(const journal_entry&)>& visit) const;

  // --- the record of access: any thread ---

  // Records that somebody asked. done() is called once it is written, so that the end of the process does not undo it,
  // or with why it is not recorded: on the writer's thread, or at once. It is synced with the next commit, or within a
  // second.
  void record_access(access_use u, std::function<void(std::optional<failure>)> done);
  std::optional<failure> record_access_and_wait(access_use u);
  // What matches, oldest first, until the visitor returns false or so many uses have been looked at. Then from when on
  // to go on; nothing at the end.
  std::variant<std::optional<instant>, failure> scan_access(
      const access_query& q, std::size_t most, const std::function<bool(const access_record&)>& visit) const;

  statistics stats() const;
  std::string condition() const;  // why it is not available, for people; empty when it is

 private:
  class implementation;
  explicit consent_store(std::unique_ptr<implementation> i);
  std::unique_ptr<implementation> implementation_;
};

}  // namespace store
