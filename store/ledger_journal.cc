// The journal's part of the ledger: blocks and their filters, each in a column family of its own, under the same keys.
#include <rocksdb/snapshot.h>
#include <rocksdb/write_batch.h>

#include "store/database.h"
#include "store/ledger.h"

namespace store {

using rocksdb::Status;

namespace {

std::string_view view(const rocksdb::Slice& s) {
  return {s.data(), s.size()};
}

}  // namespace

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
  const std::unique_ptr<rocksdb::Iterator> it(db_->db->NewIterator(ahead, db_->at(journal_filters)));
  for (it->Seek(big_endian(from)); it->Valid(); it->Next()) {
    const std::uint64_t key = from_big_endian(it->key());
    const auto f = journal_filter::read(view(it->value()));
    if (!f) return damaged("the journal");
    const journal_step step = look(key, *f);
    if (step == journal_step::stop) return std::nullopt;
    if (step == journal_step::skip) continue;
    rocksdb::PinnableSlice block;
    const Status s = db_->db->Get(o, db_->at(journal_blocks), it->key(), &block);
    if (s.IsNotFound()) return damaged("the journal");
    if (!s.ok()) return broken("the journal cannot be read", s);
    if (!read(key, view(block))) return std::nullopt;
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the journal cannot be read", it->status()));
}

std::optional<failure> ledger::write(const journal_changes& c, std::uint64_t remove_below) {
  std::size_t octets = 0;
  for (const journal_record& r : c.put)
    octets += r.octets.block.size() + r.octets.filter.size();
  rocksdb::WriteBatch batch(octets + octets / 64 + 4096);  // else it grows, and copies, several times
  for (const family f : {journal_blocks, journal_filters}) {
    for (const std::uint64_t key : c.gone)
      batch.Delete(db_->at(f), big_endian(key));
    if (remove_below != 0) batch.DeleteRange(db_->at(f), big_endian(0), big_endian(remove_below));
  }
  for (const journal_record& r : c.put)
    db_->put(batch, r);
  return db_->write(batch, false);
}

}  // namespace store
