// Persons who are erased from the journal: it is long, so that happens after the event, in small writes of its own. Who
// it is still done for stands in the store, so that it goes on after a crash.
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "store/database.h"
#include "store/ledger.h"

namespace store {

using rocksdb::Status;

namespace {

constexpr std::string_view unfinished = "erasing ";

// A block took the place of smaller ones, whose keys lie between its earliest entry and its own.
remains remains_of(const journal_record& r) {
  const auto f = journal_filter::read(r.octets.filter);
  const auto earliest = f ? f->summary().earliest.time_since_epoch().count() : 0;
  return {journal_blocks, static_cast<std::uint64_t>(std::max<std::int64_t>(earliest, 0)), r.key};
}

}  // namespace

std::string unfinished_key(number who) {
  return std::string(unfinished) + big_endian(who.digits);
}

std::variant<std::vector<erased_person>, failure> ledger::unfinished_erasures() const {
  std::vector<erased_person> all;
  const auto it = db_->iterate(meta);
  for (it->Seek({unfinished.data(), unfinished.size()}); it->Valid(); it->Next()) {
    if (!it->key().starts_with({unfinished.data(), unfinished.size()})) break;
    rocksdb::Slice who = it->key();
    who.remove_prefix(unfinished.size());
    if (who.size() != 8 || it->value().size() != 8) return damaged("an erasure");
    all.push_back({{from_big_endian(who)}, {from_big_endian(it->value())}});
  }
  if (!it->status().ok()) return broken("the store cannot be read", it->status());
  return all;
}

// On the writer's thread, as all that removes blocks: what is there now is there when this is written.
std::optional<failure> ledger::rewrite(const std::vector<journal_record>& blocks) {
  rocksdb::WriteBatch batch;
  std::vector<remains> gone;
  for (const journal_record& r : blocks) {
    const auto there = db_->get(journal_filters, big_endian(r.key), "the journal");
    if (const auto* why = std::get_if<failure>(&there)) return *why;
    if (!std::get<std::optional<std::string>>(there)) continue;  // put together with others meanwhile, or too old
    db_->put(batch, r);
    gone.push_back(remains_of(r));
  }
  if (gone.empty()) return std::nullopt;
  const std::lock_guard purging(purge_mutex_);
  if (auto why = owe_purge_of(gone, batch)) return why;
  return db_->write(batch, false);
}

std::optional<failure> ledger::finish_erasure(const erased_person& person) {
  const std::string key = unfinished_key(person.who);
  const auto there = db_->get(meta, key, "the store");
  if (const auto* why = std::get_if<failure>(&there)) return *why;
  // Where it never stood it is not written to be deleted.
  if (!std::get<std::optional<std::string>>(there)) return std::nullopt;
  rocksdb::WriteBatch batch;
  batch.Delete(db_->at(meta), key);
  const std::lock_guard purging(purge_mutex_);
  if (auto why = owe_purge_of({{meta, 0, 0}}, batch)) return why;  // the number stood there
  return db_->write(batch, true);
}

}  // namespace store
