#include "store/ledger.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "store/event_codec.h"
#include "store/state_codec.h"

namespace store {

using rocksdb::ColumnFamilyHandle;
using rocksdb::Slice;
using rocksdb::Status;

namespace {

constexpr const char* format_key = "format";
constexpr const char* format = "consentgate 1";

enum family : std::size_t {
  meta,
  events,
  states,
  history_keys,
  identities,
  dictionary,
  journal_blocks,
  journal_filters,
  family_count
};
constexpr std::array<const char*, family_count> family_names{"default",    "events", "states",  "history",
                                                             "identities", "names",  "journal", "journal_filters"};

std::string big_endian(std::uint64_t value, int octets = 8) {
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

std::string_view view(const Slice& s) {
  return {s.data(), s.size()};
}

Slice slice(const std::array<std::uint8_t, 16>& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

failure broken(const std::string& what, const Status& s) {
  return {what + ": " + s.ToString()};
}
failure damaged(const std::string& what) {
  return {what + " cannot be decoded: the store is damaged; restore it from a backup"};
}

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

// RocksDB's own log file aborts the process when it cannot be written (an assertion that Debian's build keeps): on a
// full disk the gate must refuse, not die. What goes wrong is in the statuses that its calls return.
class no_log : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Written in the order of its keys, read seldom, and dense already.
rocksdb::ColumnFamilyOptions journal_options() {
  rocksdb::ColumnFamilyOptions o = family_options(false);
  o.compression = rocksdb::kNoCompression;
  o.write_buffer_size = std::size_t{16} << 20U;
  return o;
}

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions o;
  o.create_if_missing = true;
  o.create_missing_column_families = true;
  o.paranoid_checks = true;
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  o.max_background_jobs = 2;
  o.max_open_files = 512;
  o.info_log = std::make_shared<no_log>();
  o.max_total_wal_size = std::uint64_t{256} << 20U;
  return o;
}

std::string open_failure(const std::filesystem::path& path, const Status& s) {
  if (s.IsIOError() && s.ToString().find("LOCK") != std::string::npos) {
    return "the store " + path.string() +
           " is in use by another consentgate; stop that one or use another `store.path`";
  }
  return "the store " + path.string() + " cannot be opened: " + s.ToString();
}

}  // namespace

struct ledger::database {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<ColumnFamilyHandle*> families;

  ~database() {
    for (ColumnFamilyHandle* f : families)
      db->DestroyColumnFamilyHandle(f);
  }
  std::unique_ptr<rocksdb::Iterator> iterate(family f, std::size_t readahead = 0) const {
    rocksdb::ReadOptions o;
    o.readahead_size = readahead;
    o.fill_cache = false;
    return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(o, families[f]));
  }
  std::optional<failure> write(rocksdb::WriteBatch& batch, bool synced) const {
    rocksdb::WriteOptions o;
    o.sync = synced;
    const Status s = db->Write(o, &batch);
    // Nothing may be written to the log after a failed write, not even when the database is closed.
    if (!s.ok()) (void)db->SetDBOptions({{"avoid_flush_during_shutdown", "true"}});
    return s.ok() ? std::nullopt : std::optional(broken("the store cannot be written", s));
  }
  void put(rocksdb::WriteBatch& batch, const journal_record& r) const {
    batch.Put(families[journal_blocks], big_endian(r.key), r.octets.block);
    batch.Put(families[journal_filters], big_endian(r.key), r.octets.filter);
  }
};

ledger::ledger(std::unique_ptr<database> db) : db_(std::move(db)) {}
ledger::~ledger() = default;

std::variant<std::unique_ptr<ledger>, failure> ledger::open(const std::filesystem::path& path, when_missing m) {
  std::error_code ec;
  std::filesystem::create_directories(path, ec);
  if (ec) return failure{"the folder " + path.string() + " cannot be made: " + ec.message()};
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (std::size_t f = 0; f < family_count; ++f) {
    const bool of_journal = f == journal_blocks || f == journal_filters;
    wanted.emplace_back(family_names[f],
                        of_journal ? journal_options() : family_options(f == states || f == identities));
  }
  auto made = std::make_unique<database>();
  rocksdb::DB* db = nullptr;
  rocksdb::DBOptions options = database_options();
  options.create_if_missing = m == when_missing::create;
  const Status opened = rocksdb::DB::Open(options, (path / "rocksdb").string(), wanted, &made->families, &db);
  if (!opened.ok()) return failure{open_failure(path, opened)};
  made->db.reset(db);

  std::string found;
  const Status read = db->Get({}, format_key, &found);
  if (read.IsNotFound()) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    if (const Status s = db->Put(synced, format_key, format); !s.ok()) return broken("the store cannot be written", s);
  } else if (!read.ok()) {
    return broken("the store cannot be read", read);
  } else if (found != format) {
    return failure{"the store " + path.string() + " has the format \"" + found + "\" and this version reads \"" +
                   format + "\"; use the version that wrote it"};
  }
  return std::unique_ptr<ledger>(new ledger(std::move(made)));
}

std::variant<std::uint64_t, failure> ledger::last_sequence() const {
  const auto it = db_->iterate(events);
  it->SeekToLast();
  if (!it->status().ok()) return broken("the ledger cannot be read", it->status());
  return it->Valid() ? from_big_endian(it->key()) : 0;
}

std::uint64_t ledger::estimated_numbers() const {
  std::uint64_t count = 0;
  db_->db->GetIntProperty(db_->families[states], "rocksdb.estimate-num-keys", &count);
  return count;
}

std::optional<failure> ledger::each_name(const std::function<bool(const stored_name&)>& visit) const {
  const auto it = db_->iterate(dictionary);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    Slice key = it->key();
    if (key.size() != 5) return damaged("the dictionary");
    const auto kind = static_cast<name_kind>(key[0]);
    key.remove_prefix(1);
    if (!visit({kind, static_cast<std::uint32_t>(from_big_endian(key)), it->value().ToString()}))
      return damaged("the dictionary");
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the dictionary cannot be read", it->status()));
}

std::optional<failure> ledger::each_state(const std::function<void(number, std::vector<fact>&)>& visit) const {
  const auto it = db_->iterate(states, std::size_t{2} << 20U);
  std::vector<fact> known;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const number who{from_big_endian(it->key())};
    if (!decode_state({it->value().data(), it->value().size()}, known)) return damaged("a number's state");
    visit(who, known);
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the states cannot be read", it->status()));
}

std::variant<std::vector<event>, failure> ledger::history(number who) const {
  const std::string prefix = big_endian(who.digits);
  std::vector<event> found;
  const auto it = db_->iterate(history_keys);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    Slice key = it->key();
    key.remove_prefix(prefix.size());
    auto e = at(from_big_endian(key));
    if (auto* why = std::get_if<failure>(&e)) return *why;
    auto& present = std::get<std::optional<event>>(e);
    if (!present) return damaged("the history of a number");
    found.push_back(std::move(*present));
  }
  if (!it->status().ok()) return broken("the history cannot be read", it->status());
  return found;
}

std::variant<std::optional<event>, failure> ledger::at(std::uint64_t sequence) const {
  std::string record;
  const Status s = db_->db->Get({}, db_->families[events], big_endian(sequence), &record);
  if (s.IsNotFound()) return std::optional<event>();
  if (!s.ok()) return broken("event " + std::to_string(sequence) + " cannot be read", s);
  auto e = decode_event(record, sequence);
  if (!e) return damaged("event " + std::to_string(sequence));
  return std::optional<event>(std::move(e));
}

std::optional<failure> ledger::scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const {
  const auto it = db_->iterate(events);
  for (it->Seek(big_endian(after + 1)); it->Valid(); it->Next()) {
    const std::uint64_t sequence = from_big_endian(it->key());
    const auto e = decode_event({it->value().data(), it->value().size()}, sequence);
    if (!e) return damaged("event " + std::to_string(sequence));
    if (!visit(*e)) return std::nullopt;
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the ledger cannot be read", it->status()));
}

std::variant<std::vector<fact>, failure> ledger::state(number who) const {
  std::string record;
  std::vector<fact> known;
  const Status s = db_->db->Get({}, db_->families[states], big_endian(who.digits), &record);
  if (s.IsNotFound()) return known;
  if (!s.ok()) return broken("a number's state cannot be read", s);
  if (!decode_state(record, known)) return damaged("a number's state");
  return known;
}

std::variant<std::optional<std::uint64_t>, failure> ledger::find_identity(
    const std::array<std::uint8_t, 16>& identity) const {
  std::string sequence;
  const Status s = db_->db->Get({}, db_->families[identities], slice(identity), &sequence);
  if (s.IsNotFound()) return std::optional<std::uint64_t>();
  if (!s.ok()) return broken("the store cannot be read", s);
  return std::optional(from_big_endian(sequence));
}

std::optional<failure> ledger::write(const changes& c) {
  rocksdb::WriteBatch batch;
  const std::vector<ColumnFamilyHandle*>& f = db_->families;
  for (const event& e : c.events) {
    const std::string sequence = big_endian(e.sequence);
    batch.Put(f[events], sequence, encode(e));
    batch.Put(f[history_keys], big_endian(e.who.digits) + sequence, "");
    if (e.identity != std::array<std::uint8_t, 16>{}) batch.Put(f[identities], slice(e.identity), sequence);
  }
  for (const auto& [who, known] : c.states)
    batch.Put(f[states], big_endian(who.digits), encode(known));
  for (const stored_name& n : c.names)
    batch.Put(f[dictionary], static_cast<char>(n.kind) + big_endian(n.id, 4), n.text);
  for (const journal_record& r : c.journal)
    db_->put(batch, r);
  return db_->write(batch, true);
}

std::variant<ledger::journal_end, failure> ledger::newest_in_journal() const {
  const auto it = db_->iterate(journal_filters);
  it->SeekToLast();
  if (!it->status().ok()) return broken("the journal cannot be read", it->status());
  if (!it->Valid()) return journal_end{};
  const auto f = journal_filter::read(view(it->value()));
  if (!f) return damaged("the journal");
  return journal_end{f->summary().first_position + f->summary().count - 1, from_big_endian(it->key())};
}

std::optional<failure> ledger::scan_journal(std::uint64_t from, const journal_look& look,
                                            const journal_read& read) const {
  rocksdb::ManagedSnapshot moment(db_->db.get());
  rocksdb::ReadOptions o;
  o.snapshot = moment.snapshot();
  o.fill_cache = false;
  rocksdb::ReadOptions ahead = o;
  ahead.readahead_size = std::size_t{1} << 20U;
  const std::unique_ptr<rocksdb::Iterator> it(db_->db->NewIterator(ahead, db_->families[journal_filters]));
  for (it->Seek(big_endian(from)); it->Valid(); it->Next()) {
    const std::uint64_t key = from_big_endian(it->key());
    const auto f = journal_filter::read(view(it->value()));
    if (!f) return damaged("the journal");
    const journal_step step = look(key, *f);
    if (step == journal_step::stop) return std::nullopt;
    if (step == journal_step::skip) continue;
    rocksdb::PinnableSlice block;
    const Status s = db_->db->Get(o, db_->families[journal_blocks], it->key(), &block);
    if (s.IsNotFound()) return damaged("the journal");
    if (!s.ok()) return broken("the journal cannot be read", s);
    if (!read(key, view(block))) return std::nullopt;
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the journal cannot be read", it->status()));
}

std::optional<failure> ledger::write(const journal_changes& c, std::uint64_t remove_below) {
  rocksdb::WriteBatch batch;
  for (const family f : {journal_blocks, journal_filters}) {
    for (const std::uint64_t key : c.gone)
      batch.Delete(db_->families[f], big_endian(key));
    if (remove_below != 0) batch.DeleteRange(db_->families[f], big_endian(0), big_endian(remove_below));
  }
  for (const journal_record& r : c.put)
    db_->put(batch, r);
  return db_->write(batch, false);
}

}  // namespace store
