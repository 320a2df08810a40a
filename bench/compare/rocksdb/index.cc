// Facts as RocksDB keeps them when it is set up to be read from memory: block-based tables, a Bloom filter of ten bits,
// no compression, a cache that holds everything. Environment: BENCH_ROCKSDB, an empty folder.
#include "store/index.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace store {
namespace {

static_assert(std::is_trivially_copyable_v<fact> && std::is_trivially_copyable_v<number>);

rocksdb::Slice key_of(const number& who) {
  return {reinterpret_cast<const char*>(&who), sizeof who};
}

void check(const rocksdb::Status& s) {
  if (!s.ok()) throw std::runtime_error("BENCH_ROCKSDB: " + s.ToString());
}

rocksdb::DB* open_in(const char* folder) {
  if (folder == nullptr) throw std::runtime_error("BENCH_ROCKSDB names no folder");
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(std::size_t{4} << 30U);
  rocksdb::Options o;
  o.create_if_missing = o.error_if_exists = true;
  o.compression = rocksdb::kNoCompression;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* db = nullptr;
  check(rocksdb::DB::Open(o, folder, &db));
  return db;
}

}  // namespace

index::index() : facts_of_(open_in(std::getenv("BENCH_ROCKSDB"))) {}

// How often it was asked is printed: the bench looks that no verdict went another way.
index::~index() {
  std::fprintf(stderr, "rocksdb lookups: %llu\n", static_cast<unsigned long long>(lookups_.load()));
}

void index::reserve(std::uint64_t numbers) {
  memory_index::reserve(numbers);
}

std::optional<finding> index::judge(number who, const question& q) const {
  lookups_.fetch_add(1, std::memory_order_relaxed);
  thread_local rocksdb::PinnableSlice found;
  found.Reset();
  const rocksdb::Status s = facts_of_->Get({}, facts_of_->DefaultColumnFamily(), key_of(who), &found);
  if (!s.ok()) return std::nullopt;
  thread_local std::vector<fact> known;
  known.resize(found.size() / sizeof(fact));
  std::memcpy(static_cast<void*>(known.data()), found.data(), found.size());
  const std::shared_lock lock(recalls_lock_);
  return store::judge(known, recalls_, q);
}

void index::put(number who) {
  const std::vector<fact> known = facts(who);
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  check(facts_of_->Put(unlogged, key_of(who),
                       {reinterpret_cast<const char*>(known.data()), known.size() * sizeof(fact)}));
}

void index::merge(number who, const fact& f) {
  memory_index::merge(who, f);
  put(who);
}

void index::replace(number who, std::vector<fact> known) {
  memory_index::replace(who, std::move(known));
  put(who);
}

void index::recall(source_id source, instant up_to, std::uint64_t sequence) {
  memory_index::recall(source, up_to, sequence);
  const std::unique_lock lock(recalls_lock_);
  recalls_.add(source, up_to, sequence);
}

// Comes when everything is loaded: what is asked from now on is in as few files as can be.
void index::set_recalls(recalls r) {
  memory_index::set_recalls(r);
  check(facts_of_->CompactRange({}, nullptr, nullptr));
  const std::unique_lock lock(recalls_lock_);
  recalls_ = std::move(r);
}

}  // namespace store
