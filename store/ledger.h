// The store on disk: RocksDB behind the few operations the store needs. Format: store/FORMAT.md.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "store/event.h"
#include "store/failure.h"
#include "store/journal_tail.h"
#include "store/names.h"

namespace store {

class ledger {
 public:
  enum class when_missing { create, fail };
  static std::variant<std::unique_ptr<ledger>, failure> open(const std::filesystem::path& path,
                                                             when_missing m = when_missing::create);
  ~ledger();

  // --- loading ---
  std::variant<std::uint64_t, failure> last_sequence() const;
  std::uint64_t estimated_numbers() const;
  std::optional<failure> each_name(const std::function<bool(const stored_name&)>& visit) const;
  std::optional<failure> each_state(const std::function<void(number, std::vector<fact>&)>& visit) const;

  // --- reading; any thread ---
  std::variant<std::vector<event>, failure> history(number who) const;  // number{0}: the recalls
  std::variant<std::optional<event>, failure> at(std::uint64_t sequence) const;
  std::optional<failure> scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const;
  std::variant<std::vector<fact>, failure> state(number who) const;
  // The sequence of the event with this identity.
  std::variant<std::optional<std::uint64_t>, failure> find_identity(const std::array<std::uint8_t, 16>& identity) const;

  // --- writing; one thread ---
  struct changes {
    std::vector<event> events;  // with their sequences
    std::vector<std::pair<number, std::vector<fact>>> states;
    std::vector<stored_name> names;
    std::vector<journal_record> journal;  // blocks that take the place of those with the same keys
  };
  // On disk, all or none, when it returns nothing.
  std::optional<failure> write(const changes& c);

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

 private:
  struct database;
  explicit ledger(std::unique_ptr<database> db);
  std::unique_ptr<database> db_;
};

}  // namespace store
