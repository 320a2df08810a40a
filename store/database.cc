#include "store/database.h"

#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace store {

using rocksdb::Slice;
using rocksdb::Status;

namespace {

constexpr const char* format_key = "format";
constexpr const char* format = "consentgate 3";

constexpr std::array<const char*, family_count> family_names{
    "default", "events",          "states", "history",         "identities", "names", "corrections",
    "journal", "journal_filters", "access", "pending_opt_ins", "memories",   "held"};

rocksdb::ColumnFamilyOptions family_options(bool point_lookups) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = nullptr;
  if (point_lookups) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions o;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  o.compression = rocksdb::kLZ4Compression;
  o.write_buffer_size = std::size_t{32} << 20U;
  return o;
}

// Each imported row is looked for and nearly none is there: a filter says so, of what is in memory, too. Digests come
// in no order: the list in memory stays short enough for the processor's caches.
rocksdb::ColumnFamilyOptions identity_options() {
  rocksdb::ColumnFamilyOptions o = family_options(true);
  o.memtable_prefix_bloom_size_ratio = 0.05;
  o.memtable_whole_key_filtering = true;
  o.write_buffer_size = std::size_t{8} << 20U;
  return o;
}

// Written in the order of its keys, read seldom, and dense already.
rocksdb::ColumnFamilyOptions journal_options() {
  rocksdb::ColumnFamilyOptions o = family_options(false);
  o.compression = rocksdb::kNoCompression;
  o.write_buffer_size = std::size_t{16} << 20U;
  return o;
}

// RocksDB's own log file aborts the process when it cannot be written (an assertion that Debian's build keeps): on a
// full disk the gate must refuse, not die. What goes wrong is in the statuses that its calls return.
class no_log : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions database_options(when_missing m) {
  rocksdb::DBOptions o;
  o.create_if_missing = m == when_missing::create;
  o.create_missing_column_families = true;
  o.paranoid_checks = true;
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  o.max_background_jobs = 2;
  o.max_open_files = 512;
  o.info_log = std::make_shared<no_log>();
  o.max_total_wal_size = std::uint64_t{256} << 20U;
  // Of all families together: what each may keep adds up to a third of a gigabyte, on days on which all are written.
  o.db_write_buffer_size = std::size_t{64} << 20U;
  // The manifest names the least and the greatest key of each file: written anew at each change, it keeps no number
  // that was erased.
  o.max_manifest_file_size = 1;
  return o;
}

std::string open_failure(const std::filesystem::path& path, const Status& s) {
  if (s.IsIOError() && s.ToString().find("LOCK") != std::string::npos) {
    return "the store " + path.string() +
           " is in use by another consentgate; stop that one or use another `store.path`";
  }
  // A file that is named but not there is damage, too.
  if (s.IsCorruption() || s.IsNotFound() || s.IsPathNotFound() || s.IsInvalidArgument()) {
    return "the store " + path.string() + " is damaged or incomplete: " + s.ToString() +
           "; keep what is left of it and restore it from a backup";
  }
  return "the store " + path.string() + " cannot be opened: " + s.ToString();
}

std::optional<failure> check_format(rocksdb::DB& db, const std::filesystem::path& path) {
  std::string found;
  const Status read = db.Get({}, format_key, &found);
  if (read.IsNotFound()) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    const Status s = db.Put(synced, format_key, format);
    return s.ok() ? std::nullopt : std::optional(broken("the store cannot be written", s));
  }
  if (!read.ok()) return broken("the store cannot be read", read);
  if (found == format) return std::nullopt;
  return failure{"the store " + path.string() + " has the format \"" + found + "\" and this version reads \"" + format +
                 "\"; use the version that wrote it"};
}

}  // namespace

std::variant<std::unique_ptr<database>, failure> database::open(const std::filesystem::path& path, when_missing m) {
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  wanted.reserve(family_count);
  for (std::size_t f = 0; f < family_count; ++f) {
    const bool of_journal = f == journal_blocks || f == journal_filters;
    wanted.emplace_back(family_names[f], of_journal        ? journal_options()
                                         : f == identities ? identity_options()
                                                           : family_options(f == states));
  }
  auto made = std::make_unique<database>();
  rocksdb::DB* db = nullptr;
  const Status opened =
      rocksdb::DB::Open(database_options(m), (path / "rocksdb").string(), wanted, &made->families, &db);
  if (!opened.ok()) return failure{open_failure(path, opened)};
  made->db.reset(db);
  if (auto why = check_format(*db, path)) return *why;
  return made;
}

database::~database() {
  for (rocksdb::ColumnFamilyHandle* f : families)
    db->DestroyColumnFamilyHandle(f);
}

std::unique_ptr<rocksdb::Iterator> database::iterate(family f, std::size_t readahead) const {
  rocksdb::ReadOptions o;
  o.readahead_size = readahead;
  o.fill_cache = false;
  return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(o, families[f]));
}

std::variant<std::optional<std::string>, failure> database::get(family f, Slice key, const std::string& what) const {
  std::string value;
  const Status s = db->Get({}, families[f], key, &value);
  if (s.IsNotFound()) return std::optional<std::string>();
  if (!s.ok()) return broken(what + " cannot be read", s);
  return std::optional(std::move(value));
}

std::optional<failure> database::write(rocksdb::WriteBatch& batch, bool synced) const {
  rocksdb::WriteOptions o;
  o.sync = synced;
  const Status s = db->Write(o, &batch);
  // Nothing may be written to the log after a failed write, not even when the database is closed.
  if (!s.ok()) (void)db->SetDBOptions({{"avoid_flush_during_shutdown", "true"}});
  return s.ok() ? std::nullopt : std::optional(broken("the store cannot be written", s));
}

void database::put(rocksdb::WriteBatch& batch, const journal_record& r) const {
  batch.Put(families[journal_blocks], big_endian(r.key), r.octets.block);
  batch.Put(families[journal_filters], big_endian(r.key), r.octets.filter);
}

std::string big_endian(std::uint64_t value, int octets) {
  std::string key;
  for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(value >> shift));
  return key;
}

std::uint64_t from_big_endian(Slice key) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < key.size(); ++i)
    value = value << 8 | static_cast<std::uint8_t>(key[i]);
  return value;
}

failure broken(const std::string& what, const Status& s) {
  const char* advice = s.IsCorruption() ? "; the store is damaged: restore it from a backup" : "";
  return {what + ": " + s.ToString() + advice};
}

failure damaged(const std::string& what) {
  return {what + " cannot be decoded: the store is damaged; restore it from a backup"};
}

}  // namespace store
