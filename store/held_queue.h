// What is held for somebody who is not there: octets under a name, in the order in which they came, bounded, on disk
// before whoever handed them in is told, gone only when somebody says so. On disk they are sealed: they may hold
// numbers where the store keeps none.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/held.h"
#include "store/ledger.h"
#include "store/sealing_key.h"

namespace store {

class held_queue {
 public:
  explicit held_queue(sealing_key key) : key_(key) {}

  // --- any thread ---
  // False when there is no room: then nothing is held and done() is not called. Otherwise done() is called on the
  // writer's thread once it is synced on disk, or with why it is not held. `about` is a hash, or zero.
  bool add(const std::string& name, number about, std::string octets, const held_bounds& most, held_completion done);
  // Not synced: after a crash of the machine it may be there again.
  void remove(const std::string& name, std::uint64_t position);
  // So many of what comes after this position, oldest first, to done() on the writer's thread.
  void read(const std::string& name, std::uint64_t after, std::size_t most, held_reader done);
  held_size size(const std::string& name) const;
  std::map<std::string, held_size> sizes() const;  // of all names under which anything has been held
  // Something waits for write() that has to be told soon, even that it failed; anything at all.
  bool waiting() const;
  bool due() const;

  // --- the writer's thread ---
  std::optional<failure> load(const ledger& l);
  std::optional<failure> write(ledger& l);
  void give_up(const failure& why);

 private:
  struct line {
    std::map<std::uint64_t, std::uint32_t> items;  // on disk: their octets by position
    held_size total;                               // with those on their way there
    std::uint64_t next = 1;
  };
  struct addition {
    std::string name;
    std::uint64_t position = 0;
    number about;
    std::string octets;
    held_completion done;
  };
  struct removal {
    std::string name;
    std::uint64_t position = 0;
  };
  struct reading {
    std::string name;
    std::uint64_t after = 0;
    std::size_t most = 0;
    held_reader done;
  };

  std::optional<failure> write(ledger& l, const std::vector<addition>& added, const std::vector<removal>& removed);
  std::variant<held_batch, failure> read(const ledger& l, const reading& r);
  void drop(const std::string& name, std::uint64_t position);

  sealing_key key_;
  mutable std::mutex mutex_;  // of what follows
  std::map<std::string, line> lines_;
  std::vector<addition> added_;
  std::vector<removal> removed_;
  std::vector<reading> readings_;
};

}  // namespace store
