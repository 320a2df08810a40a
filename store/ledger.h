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
  // A failure when fewer than `last` events are there: some in between are lost.
  std::optional<failure> check_complete(std::uint64_t last) const;
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
  };
  // On disk, all or none, when it returns nothing.
  std::optional<failure> write(const changes& c);

 private:
  struct database;
  explicit ledger(std::unique_ptr<database> db);
  std::unique_ptr<database> db_;
};

}  // namespace store
