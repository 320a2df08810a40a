// What is held for somebody: a column family of its own, by name and position.
#include <rocksdb/write_batch.h>

#include "store/database.h"
#include "store/ledger.h"

namespace store {

std::optional<failure> ledger::each_held(
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  const auto it = db_->iterate(held_items, std::size_t{1} << 20U);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (!visit({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()}))
      return damaged("what is held for a sender");
  }
  return it->status().ok() ? std::nullopt
                           : std::optional(broken("what is held for a sender cannot be read", it->status()));
}

std::variant<std::vector<std::string>, failure> ledger::held_about(number hash) const {
  std::vector<std::string> keys;
  const std::string about = big_endian(hash.digits);
  auto why = each_held([&](std::string_view key, std::string_view value) {
    if (value.starts_with(about)) keys.emplace_back(key);
    return true;
  });
  if (why) return std::move(*why);
  return keys;
}

std::variant<std::optional<std::string>, failure> ledger::held(const std::string& key) const {
  return db_->get(held_items, key, "what is held for a sender");
}

std::optional<failure> ledger::write(const std::vector<held_record>& records, bool synced) {
  rocksdb::WriteBatch batch;
  for (const held_record& r : records)
    r.value.empty() ? batch.Delete(db_->at(held_items), r.key) : batch.Put(db_->at(held_items), r.key, r.value);
  return db_->write(batch, synced);
}

}  // namespace store
