#include "store/pending_opt_in.h"

#include "store/bytes.h"
#include "store/database.h"

namespace store {

std::string key_of(number who, std::string_view sender) {
  return big_endian(who.digits) + std::string(sender);
}

std::string encode(const pending_opt_in& p) {
  byte_writer w;
  w.fixed64(static_cast<std::uint64_t>(p.asked_at.time_since_epoch().count()));
  w.text(p.wording);
  w.text(p.evidence);
  w.text(p.evidence_sha256);
  return w.take();
}

std::optional<pending_opt_in> decode_pending_opt_in(std::string_view key, std::string_view octets) {
  if (key.size() < 8) return std::nullopt;
  byte_reader r(octets);
  pending_opt_in p;
  p.who.digits = from_big_endian({key.data(), 8});
  p.sender = key.substr(8);
  p.asked_at = instant{std::chrono::microseconds{static_cast<std::int64_t>(r.fixed64())}};
  p.wording = r.text();
  p.evidence = r.text();
  p.evidence_sha256 = r.text();
  return r.complete() ? std::optional(std::move(p)) : std::nullopt;
}

std::optional<failure> ledger::each_pending_opt_in(std::optional<number> of,
                                                   const std::function<void(pending_opt_in)>& visit) const {
  const std::string prefix = of ? big_endian(of->digits) : "";
  const auto it = db_->iterate(pending_opt_ins);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    auto p = decode_pending_opt_in({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()});
    if (!p) return damaged("a pending opt-in");
    visit(std::move(*p));
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the store cannot be read", it->status()));
}

}  // namespace store
