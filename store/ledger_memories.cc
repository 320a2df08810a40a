// What is remembered beside the events: a column family of its own, a key for each thing.
#include <rocksdb/write_batch.h>

#include "store/database.h"
#include "store/ledger.h"

namespace store {

std::optional<failure> ledger::each_memory(const std::string& prefix, const std::function<bool(memory)>& visit) const {
  const auto it = db_->iterate(memories, std::size_t{1} << 20U);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    if (!visit({it->key().ToString(), it->value().ToString()})) return damaged("what the gate remembers");
  }
  return it->status().ok() ? std::nullopt
                           : std::optional(broken("what the gate remembers cannot be read", it->status()));
}

std::optional<failure> ledger::remember(const std::vector<memory>& changed) {
  rocksdb::WriteBatch batch;
  for (const memory& m : changed)
    m.value.empty() ? batch.Delete(db_->at(memories), m.key) : batch.Put(db_->at(memories), m.key, m.value);
  return db_->write(batch, false);
}

}  // namespace store
