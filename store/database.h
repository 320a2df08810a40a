// RocksDB as the store uses it: its column families, its options, keys. Seen by the ledger and the journal alone.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "store/failure.h"
#include "store/ledger.h"

namespace store {

enum family : std::size_t {
  meta,
  events,
  states,
  history_keys,
  identities,
  dictionary,
  corrections,
  journal_blocks,
  journal_filters,
  access_uses,
  pending_opt_ins,
  memories,
  held_items,
  family_count
};

struct database {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;

  static std::variant<std::unique_ptr<database>, failure> open(const std::filesystem::path& path, when_missing m);
  ~database();

  rocksdb::ColumnFamilyHandle* at(family f) const { return families[f]; }
  std::unique_ptr<rocksdb::Iterator> iterate(family f, std::size_t readahead = 0) const;
  // Nothing inside when there is no such key.
  std::variant<std::optional<std::string>, failure> get(family f, rocksdb::Slice key, const std::string& what) const;
  std::optional<failure> write(rocksdb::WriteBatch& batch, bool synced) const;
  void put(rocksdb::WriteBatch& batch, const journal_record& r) const;
};

// Keys are big-endian, so that they sort.
std::string big_endian(std::uint64_t value, int octets = 8);
std::uint64_t from_big_endian(rocksdb::Slice key);
// Under which an erasure stands that has not come through the journal.
std::string unfinished_key(number who);
inline rocksdb::Slice slice(const std::array<std::uint8_t, 16>& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

failure broken(const std::string& what, const rocksdb::Status& s);
failure damaged(const std::string& what);

}  // namespace store
