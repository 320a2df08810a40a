// The ledger's record of access: a column family of its own, by time.
#include <rocksdb/write_batch.h>

#include "store/database.h"
#include "store/ledger.h"

namespace store {
namespace {

std::string key_of(instant t) {
  return big_endian(static_cast<std::uint64_t>(t.time_since_epoch().count()));
}

instant time_of(const rocksdb::Slice& key) {
  return instant{std::chrono::microseconds{static_cast<std::int64_t>(from_big_endian(key))}};
}

}  // namespace

std::variant<instant, failure> ledger::newest_access() const {
  const auto it = db_->iterate(access_uses);
  it->SeekToLast();
  if (!it->status().ok()) return broken("the record of access cannot be read", it->status());
  return it->Valid() ? time_of(it->key()) : instant{};
}

std::optional<failure> ledger::scan_access(instant from, const std::function<bool(access_record)>& visit) const {
  const auto it = db_->iterate(access_uses, std::size_t{256} << 10U);
  for (it->Seek(key_of(std::max(from, instant{}))); it->Valid(); it->Next()) {
    auto u = decode_access({it->value().data(), it->value().size()});
    if (!u) return damaged("the record of access");
    if (!visit({time_of(it->key()), std::move(*u)})) return std::nullopt;
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the record of access cannot be read", it->status()));
}

std::optional<failure> ledger::write(const std::vector<access_record>& uses, bool synced) {
  rocksdb::WriteBatch batch;
  for (const access_record& r : uses)
    batch.Put(db_->at(access_uses), key_of(r.at), encode(r.what));
  return db_->write(batch, synced);
}

}  // namespace store
