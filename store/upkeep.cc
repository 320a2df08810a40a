// What keeps the ledger's files in order: its keys, erased remains, copies.
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "store/database.h"
#include "store/ledger.h"

namespace store {

using rocksdb::Slice;
using rocksdb::Status;

namespace {

constexpr const char* keys_key = "number keys";
constexpr const char* storage_key = "numbers";
constexpr const char* purge_key = "purge";
constexpr std::size_t most_ranges = 64;  // of one column family, compacted one by one

constexpr std::size_t remains_octets = 17;

std::string encode(const remains& r) {
  return static_cast<char>(r.where) + big_endian(r.first) + big_endian(r.last);
}

// Those of one column family, where they meet joined to one.
std::vector<remains> remains_in(std::string_view owed, family where) {
  std::vector<remains> found;
  for (; owed.size() >= remains_octets; owed.remove_prefix(remains_octets)) {
    if (static_cast<std::size_t>(owed[0]) == where)
      found.push_back({where, from_big_endian({owed.data() + 1, 8}), from_big_endian({owed.data() + 9, 8})});
  }
  std::ranges::sort(found, {}, &remains::first);
  std::vector<remains> joined;
  for (const remains& r : found) {
    if (joined.empty() || r.first > joined.back().last + 1) {
      joined.push_back(r);
    } else {
      joined.back().last = std::max(joined.back().last, r.last);
    }
  }
  if (joined.size() > most_ranges) return {{where, joined.front().first, joined.back().last}};
  return joined;
}

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions o;
  o.sync = true;
  return o;
}

}  // namespace

std::optional<failure> ledger::check_keys(const number_keys& keys) {
  const auto stored = db_->get(meta, keys_key, "the store");
  if (const auto* why = std::get_if<failure>(&stored)) return *why;
  std::string all;
  for (const std::string& fingerprint : keys.fingerprints())
    all += fingerprint;
  const auto& known = std::get<std::optional<std::string>>(stored);
  if (known && !all.starts_with(*known)) {
    return failure{
        "numbers.key is not the file that belongs to this store: without its own keys the oppositions of erased "
        "persons cannot be found; put it back from a backup"};
  }
  if (known == all) return std::nullopt;
  const Status s = db_->db->Put(synced(), keys_key, all);
  return s.ok() ? std::nullopt : std::optional(broken("the store cannot be written", s));
}

bool ledger::knows_keys() const {
  const auto stored = db_->get(meta, keys_key, "the store");
  const auto* known = std::get_if<std::optional<std::string>>(&stored);
  return known == nullptr || known->has_value();
}

std::optional<failure> ledger::check_storage(bool hashed) {
  const std::string wanted = hashed ? "hashed" : "plain";
  const auto stored = db_->get(meta, storage_key, "the store");
  if (const auto* why = std::get_if<failure>(&stored)) return *why;
  const auto& known = std::get<std::optional<std::string>>(stored);
  if (known == wanted) return std::nullopt;
  if (known && head().sequence != 0) {
    return failure{"the store keeps " + std::string(hashed ? "numbers" : "hashes of numbers") +
                   ", and `numbers.storage: " + wanted +
                   "` asks for the other; that can only be chosen for a new store"};
  }
  const Status s = db_->db->Put(synced(), storage_key, wanted);
  return s.ok() ? std::nullopt : std::optional(broken("the store cannot be written", s));
}

std::variant<std::string, failure> ledger::owed_purge() const {
  auto owed = db_->get(meta, purge_key, "the store");
  if (auto* why = std::get_if<failure>(&owed)) return *why;
  return std::get<std::optional<std::string>>(std::move(owed)).value_or("");
}

bool ledger::owes_purge() const {
  const auto owed = owed_purge();
  return std::holds_alternative<failure>(owed) || !std::get<std::string>(owed).empty();
}

std::optional<failure> ledger::owe_purge_of(const std::vector<remains>& gone, rocksdb::WriteBatch& batch) const {
  if (gone.empty()) return std::nullopt;
  auto owed = owed_purge();
  if (auto* why = std::get_if<failure>(&owed)) return *why;
  std::string& all = std::get<std::string>(owed);
  for (const remains& r : gone)
    all += encode(r);
  batch.Put(db_->at(meta), purge_key, all);
  return std::nullopt;
}

// Deleted and replaced values live on in the log, in older files, and as the marks of their deletion: writing all
// memory out ends the log, and compacting down to the last level drops the rest.
std::optional<failure> ledger::purge() {
  const auto owed = owed_purge();
  if (const auto* why = std::get_if<failure>(&owed)) return *why;
  const std::string& replaced = std::get<std::string>(owed);
  if (const Status s = db_->db->Flush({}, db_->families); !s.ok()) return broken("the store cannot be written", s);
  const auto compact = [&](family f, const Slice* from, const Slice* to) {
    rocksdb::CompactRangeOptions o;
    o.exclusive_manual_compaction = false;
    o.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    o.canceled = &purging_stopped_;
    return db_->db->CompactRange(o, db_->at(f), from, to);
  };
  Status s = compact(states, nullptr, nullptr);
  if (s.ok()) s = compact(meta, nullptr, nullptr);
  if (s.ok()) s = compact(history_keys, nullptr, nullptr);
  if (s.ok()) s = compact(pending_opt_ins, nullptr, nullptr);
  if (s.ok()) s = compact(memories, nullptr, nullptr);
  if (s.ok()) s = compact(held_items, nullptr, nullptr);
  for (const family f : {events, journal_blocks}) {
    for (const remains& r : remains_in(replaced, f)) {
      const std::string first = big_endian(r.first), last = big_endian(r.last);
      const Slice from(first), to(last);
      if (s.ok()) s = compact(f, &from, &to);
    }
  }
  if (!s.ok()) return broken("the store cannot be compacted", s);
  const std::lock_guard lock(purge_mutex_);
  const auto owed_now = owed_purge();
  if (const auto* why = std::get_if<failure>(&owed_now)) return *why;
  const std::string rest = std::get<std::string>(owed_now).substr(replaced.size());  // replaced meanwhile
  s = rest.empty() ? db_->db->Delete(synced(), purge_key) : db_->db->Put(synced(), purge_key, rest);
  return s.ok() ? std::nullopt : std::optional(broken("the store cannot be written", s));
}

std::optional<failure> ledger::copy_to(const std::filesystem::path& folder) const {
  rocksdb::Checkpoint* made = nullptr;
  Status s = rocksdb::Checkpoint::Create(db_->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (s.ok()) s = checkpoint->CreateCheckpoint((folder / "rocksdb").string());
  return s.ok() ? std::nullopt : std::optional(broken("the copy cannot be made", s));
}

}  // namespace store
