#include "store/proposed_correction.h"

#include <algorithm>

#include "store/bytes.h"
#include "store/database.h"

namespace store {
namespace {

constexpr std::string_view prefix = "proposed ";

}  // namespace

std::string key_of_proposal(const event_id& target) {
  return std::string(prefix) + slice(target).ToString();
}

std::string encode(const proposed_correction& p) {
  byte_writer w;
  w.varint(p.sequence);
  w.text(p.actor);
  w.text(p.reason);
  w.fixed64(static_cast<std::uint64_t>(p.proposed_at.time_since_epoch().count()));
  return w.take();
}

std::optional<proposed_correction> decode_proposed_correction(std::string_view key, std::string_view octets) {
  proposed_correction p;
  if (!key.starts_with(prefix) || key.size() != prefix.size() + p.target.size()) return std::nullopt;
  std::copy(key.begin() + prefix.size(), key.end(), p.target.begin());
  byte_reader r(octets);
  p.sequence = r.varint();
  p.actor = r.text();
  p.reason = r.text();
  p.proposed_at = instant{std::chrono::microseconds{static_cast<std::int64_t>(r.fixed64())}};
  return r.complete() ? std::optional(std::move(p)) : std::nullopt;
}

std::variant<std::vector<proposed_correction>, failure> ledger::proposed_corrections() const {
  std::vector<proposed_correction> all;
  const auto it = db_->iterate(meta);
  const rocksdb::Slice begin(prefix.data(), prefix.size());
  for (it->Seek(begin); it->Valid() && it->key().starts_with(begin); it->Next()) {
    auto p = decode_proposed_correction({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()});
    if (!p) return damaged("a proposed correction");
    all.push_back(std::move(*p));
  }
  if (!it->status().ok()) return broken("the store cannot be read", it->status());
  return all;
}

}  // namespace store
