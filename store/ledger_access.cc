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

access_head ledger::access_head() const {
  const std::lock_guard lock(head_mutex_);
  return access_head_;
}

std::optional<failure> ledger::load_access_head() {
  const auto it = db_->iterate(access_uses);
  it->SeekToLast();
  if (!it->status().ok()) return broken("the record of access cannot be read", it->status());
  if (!it->Valid()) return std::nullopt;
  const std::string_view newest{it->value().data(), it->value().size()};
  access_head_.at = time_of(it->key());
  if (!decode_access(newest)) return std::nullopt;  // that tells verify, and is no reason not to serve
  const auto place = place_in_chain(newest, access_head_.at);
  if (!place) return chain_access();
  access_head_ = *place;
  return std::nullopt;
}

// What the first versions wrote is chained once, from its beginning; what is interrupted begins anew.
std::optional<failure> ledger::chain_access() {
  constexpr std::size_t together = 10000;
  rocksdb::WriteBatch batch;
  std::optional<failure> why;
  store::access_head head;
  const auto unread = scan_access({}, [&](const access_record& r) {
    batch.Put(db_->at(access_uses), key_of(r.at), encode(r.what, r.at, head));
    if (batch.Count() < together) return true;
    why = db_->write(batch, false);
    batch.Clear();
    return !why;
  });
  if (!why) why = unread;
  if (!why) why = db_->write(batch, true);
  if (!why) access_head_ = head;
  return why;
}

std::optional<failure> ledger::scan_access_octets(instant after, const access_visitor& visit) const {
  const auto it = db_->iterate(access_uses, std::size_t{1} << 20U);
  for (it->Seek(key_of(after + std::chrono::microseconds{1})); it->Valid(); it->Next()) {
    if (!visit(time_of(it->key()), {it->value().data(), it->value().size()})) return std::nullopt;
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the record of access cannot be read", it->status()));
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
  store::access_head newest = access_head();
  for (const access_record& r : uses)
    batch.Put(db_->at(access_uses), key_of(r.at), encode(r.what, r.at, newest));
  if (auto why = db_->write(batch, synced)) return why;
  const std::lock_guard lock(head_mutex_);
  access_head_ = newest;
  return std::nullopt;
}

}  // namespace store
