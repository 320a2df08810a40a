// In the place of store/index.h: the same index, which asks RocksDB for every verdict. It shows what the gate would be
// without its index in memory, and is linked into consentgate_rocksdb alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#define index memory_index
#include "../../../../store/index.h"
#undef index

namespace rocksdb {
class DB;
}

namespace store {

class index : public memory_index {
 public:
  index();
  ~index();

  void reserve(std::uint64_t numbers);
  std::optional<finding> judge(number who, const question& q) const;
  void expect(number) const {}
  void merge(number who, const fact& f);
  void replace(number who, std::vector<fact> known);
  void recall(source_id source, instant up_to, std::uint64_t sequence);
  void set_recalls(recalls r);

 private:
  void put(number who);

  std::unique_ptr<rocksdb::DB> facts_of_;
  recalls recalls_;
  mutable std::shared_mutex recalls_lock_;
  mutable std::atomic<std::uint64_t> lookups_{0};
};

}  // namespace store
