// The store on disk: what it keeps, behind the few operations it needs. Format: store/FORMAT.md.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "store/access.h"
#include "store/erased_person.h"
#include "store/event.h"
#include "store/failure.h"
#include "store/import_batch.h"
#include "store/journal_filter.h"
#include "store/journal_record.h"
#include "store/ledger_head.h"
#include "store/names.h"
#include "store/number_keys.h"
#include "store/pending_opt_in.h"
#include "store/proposed_correction.h"
#include "store/record.h"

namespace rocksdb {
class WriteBatch;
}

namespace store {

struct database;

// Keys of a column family, by its number, whose earlier values have to go from the files; the last one included.
struct remains {
  std::size_t where = 0;
  std::uint64_t first = 0, last = 0;
};

class ledger {
 public:
  static std::variant<std::unique_ptr<ledger>, failure> open(const std::filesystem::path& path,
                                                             when_missing m = when_missing::create);
  ~ledger();

  // --- loading ---
  ledger_head head() const;
  // A failure when fewer than `last` events are there: some in between are lost.
  std::optional<failure> check_complete(std::uint64_t last) const;
  std::uint64_t estimated_numbers() const;
  std::optional<failure> each_name(const std::function<bool(const stored_name&)>& visit) const;
  std::optional<failure> each_state(const std::function<void(number, std::vector<fact>&)>& visit) const;
  std::optional<failure> each_corrected(const std::function<void(const event_id&)>& visit) const;

  // --- reading; any thread ---
  std::variant<std::vector<event>, failure> history(number who) const;  // number{0}: the recalls
  std::variant<std::optional<event>, failure> at(std::uint64_t sequence) const;
  // Those of these sequences, ascending, that are there, until the visitor returns false.
  std::optional<failure> each_at(std::span<const std::uint64_t> sequences,
                                 const std::function<bool(const event&)>& visit) const;
  std::variant<std::optional<event>, failure> find(const event_id& id) const;
  std::optional<failure> scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const;
  // The records as they are on disk.
  using record_visitor = std::function<bool(std::uint64_t sequence, std::string_view octets)>;
  std::optional<failure> scan_records(std::uint64_t after, const record_visitor& visit) const;
  std::variant<std::optional<std::string>, failure> record_at(std::uint64_t sequence) const;
  std::variant<std::vector<fact>, failure> state(number who) const;
  // The sequence of the event with this identity.
  std::variant<std::optional<std::uint64_t>, failure> find_identity(const std::array<std::uint8_t, 16>& identity) const;

  // Of one number, or of all.
  std::optional<failure> each_pending_opt_in(std::optional<number> of,
                                             const std::function<void(pending_opt_in)>& visit) const;

  std::variant<std::vector<proposed_correction>, failure> proposed_corrections() const;

  // --- writing; one thread ---
  struct rewritten_record {
    std::uint64_t sequence = 0;
    std::string octets;
    number before, after;  // whose history it is in
  };
  struct changes {
    std::vector<event> events;                                 // with their sequences, following the head
    std::vector<std::pair<number, std::vector<fact>>> states;  // no facts: nothing is known of the number any more
    std::vector<stored_name> names;
    std::vector<rewritten_record> rewritten;  // what they replace is owed a purge()
    std::optional<erased_person> erased;      // who is still to be erased from the journal
    // By key; without a value it is deleted.
    std::vector<std::pair<std::string, std::optional<std::string>>> pending_opt_ins;
    std::vector<std::pair<std::string, std::optional<std::string>>> proposals;  // likewise
    std::vector<std::string> unheld;  // keys of what was held about an erased person: owed a purge(), too
  };
  // On disk, all or none, when it returns nothing.
  std::optional<failure> write(const changes& c);
  // Rows of an import, without those that are known already.
  struct imported {
    const import_slice& slice;
    struct state {
      number who;
      std::size_t first, count;  // in `facts`
    };
    std::vector<state> states;
    std::vector<fact> facts;
    std::vector<stored_name> names;
    instant recorded_at{};
  };
  std::optional<failure> write(const imported& c);

  // --- the journal ---
  struct journal_end {
    std::uint64_t last_position = 0, last_key = 0;  // 0: there is none
  };
  std::variant<journal_end, failure> newest_in_journal() const;
  // Looks at the filters in the order of their keys, from `from` on, and reads the blocks it is told to until read()
  // returns false; any thread. All of it as it was when the scan began.
  enum class journal_step { skip, read, stop };
  using journal_look = std::function<journal_step(std::uint64_t key, const journal_filter& f)>;
  using journal_read = std::function<bool(std::uint64_t key, std::string_view block)>;
  std::optional<failure> scan_journal(std::uint64_t from, const journal_look& look, const journal_read& read) const;
  // Not synced: a crash of the machine may lose it, a crash of the process does not. Blocks with a key below
  // `remove_below` go.
  std::optional<failure> write(const journal_changes& c, std::uint64_t remove_below);

  // --- persons who are erased from the journal (ledger_erasures.cc) ---
  std::variant<std::vector<erased_person>, failure> unfinished_erasures() const;
  // Blocks in the place of those with the same keys, if they are still there; what they replace is owed a purge().
  std::optional<failure> rewrite(const std::vector<journal_record>& blocks);
  // The journal tells the person no more. Synced, with all that was rewritten.
  std::optional<failure> finish_erasure(const erased_person& person);

  // --- the record of access ---
  store::access_head access_head() const;
  // From a time on, until the visitor returns false; any thread.
  std::optional<failure> scan_access(instant from, const std::function<bool(access_record)>& visit) const;
  // The values as they are on disk, of times after this one.
  using access_visitor = std::function<bool(instant at, std::string_view octets)>;
  std::optional<failure> scan_access_octets(instant after, const access_visitor& visit) const;
  // All or none; `about` is handed over as a hash. Without uses, and synced: what was written before is on disk.
  std::optional<failure> write(const std::vector<access_record>& uses, bool synced);

  // --- what is remembered beside the events (memory_keeper.h) ---
  struct memory {
    std::string key;
    std::string value;  // empty: it is there no more
  };
  std::optional<failure> each_memory(const std::string& prefix, const std::function<bool(memory)>& visit) const;
  // All or none. Not synced: a crash of the machine may lose it, a crash of the process does not.
  std::optional<failure> remember(const std::vector<memory>& changed);

  // --- what is held for somebody (held_queue.h) ---
  struct held_record {
    std::string key;
    std::string value;  // the hash of the number it is about, 8 octets, then what is sealed; empty: it is deleted
  };
  std::optional<failure> each_held(
      const std::function<bool(std::string_view key, std::string_view value)>& visit) const;
  std::variant<std::vector<std::string>, failure> held_about(number hash) const;  // keys
  std::variant<std::optional<std::string>, failure> held(const std::string& key) const;
  std::optional<failure> write(const std::vector<held_record>& changes, bool synced);

  // --- upkeep; any thread ---
  // The fingerprints of the keys that hashed numbers in this store; the keys may only be more.
  std::optional<failure> check_keys(const number_keys& keys);
  bool knows_keys() const;
  // Whether numbers are kept or only their hashes: what holds for the first event holds for all.
  std::optional<failure> check_storage(bool hashed);
  bool owes_purge() const;
  // Removes from the files what was replaced or deleted: afterwards no file holds it.
  std::optional<failure> purge();
  void stop_purging() { purging_stopped_ = true; }  // for good: the ledger is about to be closed
  // A copy that can be opened as a store, as of now.
  std::optional<failure> copy_to(const std::filesystem::path& folder) const;

 private:
  explicit ledger(std::unique_ptr<database> db);
  std::optional<failure> load_head();
  std::optional<failure> load_access_head();
  std::optional<failure> chain_access();
  std::variant<std::string, failure> owed_purge() const;
  std::optional<failure> owe_purge_of(const std::vector<remains>& gone, rocksdb::WriteBatch& batch) const;

  std::unique_ptr<database> db_;
  mutable std::mutex head_mutex_;
  ledger_head head_;
  store::access_head access_head_;
  std::atomic<bool> purging_stopped_{false};
  std::mutex purge_mutex_;  // of what is owed a purge, on disk
};

}  // namespace store
