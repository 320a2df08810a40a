// Rows of an import in the ledger. Each column family gets its keys in their order: each finds its place near the one
// before.
#include <rocksdb/write_batch.h>

#include "store/database.h"
#include "store/ledger.h"
#include "store/state_codec.h"

namespace store {
namespace {

constexpr std::size_t octets_of_keys = 192;  // beside a row's record, about

template <std::size_t Octets>
class key {
 public:
  key& add(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
      octets_[size_++] = static_cast<char>(value >> shift);
    return *this;
  }
  rocksdb::Slice slice() const { return {octets_.data(), size_}; }

 private:
  std::array<char, Octets> octets_{};
  std::size_t size_ = 0;
};

}  // namespace

std::optional<failure> ledger::write(const imported& c) {
  std::size_t octets = 0;
  for (const import_row& r : c.slice.rows)
    octets += r.record.size + octets_of_keys;
  rocksdb::WriteBatch batch(octets);
  ledger_head newest = head();
  for (const import_row& r : c.slice.rows) {
    if (r.already_known) continue;
    const std::span<char> record = c.slice.batch->octets(r);
    newest = {r.what.sequence, put_in_place(record, r.record, {r.id, r.what.sequence, c.recorded_at}, newest.own),
              c.recorded_at};
    batch.Put(db_->at(events), key<8>().add(r.what.sequence).slice(), {record.data(), record.size()});
  }
  if (newest.sequence == head().sequence) return std::nullopt;
  for (const std::uint32_t i : c.slice.by_number) {
    const import_row& r = c.slice.rows[i];
    if (!r.already_known)
      batch.Put(db_->at(history_keys), key<16>().add(r.who.digits).add(r.what.sequence).slice(), "");
  }
  for (const imported::state& s : c.states)
    batch.Put(db_->at(states), key<8>().add(s.who.digits).slice(),
              encode(std::span(c.facts).subspan(s.first, s.count)));
  for (const std::uint32_t i : c.slice.by_identity) {
    const import_row& r = c.slice.rows[i];
    if (!r.already_known)
      batch.Put(db_->at(identities), store::slice(r.identity), key<8>().add(r.what.sequence).slice());
  }
  for (const stored_name& n : c.names)
    batch.Put(db_->at(dictionary), static_cast<char>(n.kind) + big_endian(n.id, 4), n.text);
  if (auto why = db_->write(batch, true)) return why;
  const std::lock_guard lock(head_mutex_);
  head_ = newest;
  return std::nullopt;
}

}  // namespace store
