#include "store/ledger.h"

#include <rocksdb/write_batch.h>

#include <algorithm>

#include "store/database.h"
#include "store/state_codec.h"

namespace store {

using rocksdb::Slice;
using rocksdb::Status;

namespace {

std::string_view view(const Slice& s) {
  return {s.data(), s.size()};
}

std::string name_of(std::uint64_t sequence) {
  return "event " + std::to_string(sequence);
}

}  // namespace

ledger::ledger(std::unique_ptr<database> db) : db_(std::move(db)) {}
ledger::~ledger() = default;

std::variant<std::unique_ptr<ledger>, failure> ledger::open(const std::filesystem::path& path, when_missing m) {
  std::error_code ec;
  std::filesystem::create_directories(path, ec);
  if (ec) return failure{"the folder " + path.string() + " cannot be made: " + ec.message()};
  // It holds telephone numbers: nobody else's business. What cannot be changed may belong to another user.
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, ec);
  auto opened = database::open(path, m);
  if (auto* why = std::get_if<failure>(&opened)) return *why;
  std::unique_ptr<ledger> made(new ledger(std::move(std::get<std::unique_ptr<database>>(opened))));
  if (auto why = made->load_head()) return *why;
  if (auto why = made->load_access_head()) return *why;
  return made;
}

std::optional<failure> ledger::load_head() {
  const auto it = db_->iterate(events);
  it->SeekToLast();
  if (!it->status().ok()) return broken("the ledger cannot be read", it->status());
  if (!it->Valid()) return std::nullopt;
  const std::uint64_t last = from_big_endian(it->key());
  const auto r = decode_record(view(it->value()), last);
  if (!r) return damaged(name_of(last));
  head_ = {last, r->own, r->e.recorded_at};
  return std::nullopt;
}

ledger_head ledger::head() const {
  const std::lock_guard lock(head_mutex_);
  return head_;
}

// Counts what the tables say they hold: RocksDB passes over a zeroed record of its log without a word. Opening has put
// into tables what was in the log.
std::optional<failure> ledger::check_complete(std::uint64_t last) const {
  rocksdb::TablePropertiesCollection tables;
  const Status s = db_->db->GetPropertiesOfAllTables(db_->at(events), &tables);
  if (!s.ok()) return broken("the ledger cannot be read", s);
  std::uint64_t count = 0;
  db_->db->GetIntProperty(db_->at(events), "rocksdb.num-entries-active-mem-table", &count);
  for (const auto& [file, properties] : tables)
    count += properties->num_entries;
  if (count >= last) return std::nullopt;
  return failure{"the store is damaged and has lost events: it holds " + std::to_string(count) +
                 " and the last is number " + std::to_string(last) + "; restore it from a backup"};
}

std::uint64_t ledger::estimated_numbers() const {
  std::uint64_t count = 0;
  db_->db->GetIntProperty(db_->at(states), "rocksdb.estimate-num-keys", &count);
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
    if (!decode_state(view(it->value()), known)) return damaged("a number's state");
    visit(who, known);
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the states cannot be read", it->status()));
}

std::optional<failure> ledger::each_corrected(const std::function<void(const event_id&)>& visit) const {
  const auto it = db_->iterate(corrections);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    event_id id{};
    if (it->key().size() != id.size()) return damaged("the list of corrections");
    std::copy_n(it->key().data(), id.size(), id.begin());
    visit(id);
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the corrections cannot be read", it->status()));
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

std::variant<std::optional<std::string>, failure> ledger::record_at(std::uint64_t sequence) const {
  return db_->get(events, big_endian(sequence), name_of(sequence));
}

std::variant<std::optional<event>, failure> ledger::at(std::uint64_t sequence) const {
  const auto octets = record_at(sequence);
  if (const auto* why = std::get_if<failure>(&octets)) return *why;
  const auto& present = std::get<std::optional<std::string>>(octets);
  if (!present) return std::optional<event>();
  auto r = decode_record(*present, sequence);
  if (!r) return damaged(name_of(sequence));
  return std::optional(std::move(r->e));
}

// Reading on over a few costs less than looking one up, and only what is asked for is decoded.
std::optional<failure> ledger::each_at(std::span<const std::uint64_t> sequences,
                                       const std::function<bool(const event&)>& visit) const {
  constexpr std::uint64_t near_enough = 32;
  const auto it = db_->iterate(events);
  for (const std::uint64_t sequence : sequences) {
    const std::uint64_t at = it->Valid() ? from_big_endian(it->key()) : 0;
    if (at == 0 || at > sequence || sequence - at > near_enough) it->Seek(big_endian(sequence));
    while (it->Valid() && from_big_endian(it->key()) < sequence)
      it->Next();
    if (!it->Valid()) break;
    if (from_big_endian(it->key()) != sequence) continue;
    const auto r = decode_record(view(it->value()), sequence);
    if (!r) return damaged(name_of(sequence));
    if (!visit(r->e)) return std::nullopt;
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the ledger cannot be read", it->status()));
}

// Ids count up with the time of recording, and so do sequences: where the id's millisecond begins is found by halving.
std::variant<std::optional<event>, failure> ledger::find(const event_id& id) const {
  std::uint64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i)
    milliseconds = milliseconds << 8U | id[i];
  // A maker of ids that is hurried runs ahead of the clock.
  const instant begin{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)} - std::chrono::seconds{1}};
  std::uint64_t low = 1, high = head().sequence + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto e = at(middle);
    if (const auto* why = std::get_if<failure>(&e)) return *why;
    const auto& present = std::get<std::optional<event>>(e);
    if (!present) return damaged(name_of(middle));
    present->recorded_at < begin ? void(low = middle + 1) : void(high = middle);
  }
  std::optional<event> found;
  const instant end = begin + std::chrono::seconds{2};
  const auto why = scan(low - 1, [&](const event& e) {
    if (e.id == id) found = e;
    return !found && e.recorded_at <= end;
  });
  if (why) return *why;
  return found;
}

std::optional<failure> ledger::scan_records(std::uint64_t after, const record_visitor& visit) const {
  const auto it = db_->iterate(events, std::size_t{2} << 20U);
  for (it->Seek(big_endian(after + 1)); it->Valid(); it->Next()) {
    if (!visit(from_big_endian(it->key()), view(it->value()))) return std::nullopt;
  }
  return it->status().ok() ? std::nullopt : std::optional(broken("the ledger cannot be read", it->status()));
}

std::optional<failure> ledger::scan(std::uint64_t after, const std::function<bool(const event&)>& visit) const {
  std::optional<failure> why;
  auto failed = scan_records(after, [&](std::uint64_t sequence, std::string_view octets) {
    const auto r = decode_record(octets, sequence);
    if (!r) why = damaged(name_of(sequence));
    return r && visit(r->e);
  });
  return why ? why : failed;
}

std::variant<std::vector<fact>, failure> ledger::state(number who) const {
  const auto octets = db_->get(states, big_endian(who.digits), "a number's state");
  if (const auto* why = std::get_if<failure>(&octets)) return *why;
  std::vector<fact> known;
  const auto& present = std::get<std::optional<std::string>>(octets);
  if (present && !decode_state(*present, known)) return damaged("a number's state");
  return known;
}

std::variant<std::optional<std::uint64_t>, failure> ledger::find_identity(
    const std::array<std::uint8_t, 16>& identity) const {
  const auto sequence = db_->get(identities, slice(identity), "the store");
  if (const auto* why = std::get_if<failure>(&sequence)) return *why;
  const auto& present = std::get<std::optional<std::string>>(sequence);
  return present ? std::optional(from_big_endian(*present)) : std::nullopt;
}

std::optional<failure> ledger::write(const changes& c) {
  rocksdb::WriteBatch batch;
  ledger_head newest = head();
  for (const event& e : c.events) {
    const std::string sequence = big_endian(e.sequence);
    const sealed_record r = encode(e, newest.own, fresh_salt());
    newest = {e.sequence, r.own, e.recorded_at};
    batch.Put(db_->at(events), sequence, r.octets);
    batch.Put(db_->at(history_keys), big_endian(e.who.digits) + sequence, "");
    if (e.corrects) batch.Put(db_->at(corrections), slice(*e.corrects), sequence);
  }
  for (const rewritten_record& r : c.rewritten) {
    const std::string sequence = big_endian(r.sequence);
    batch.Put(db_->at(events), sequence, r.octets);
    batch.Delete(db_->at(history_keys), big_endian(r.before.digits) + sequence);
    batch.Put(db_->at(history_keys), big_endian(r.after.digits) + sequence, "");
  }
  for (const auto& [who, known] : c.states) {
    const std::string key = big_endian(who.digits);
    known.empty() ? batch.Delete(db_->at(states), key) : batch.Put(db_->at(states), key, encode(known));
  }
  for (const stored_name& n : c.names)
    batch.Put(db_->at(dictionary), static_cast<char>(n.kind) + big_endian(n.id, 4), n.text);
  for (const std::string& key : c.unheld)
    batch.Delete(db_->at(held_items), key);
  if (c.erased) batch.Put(unfinished_key(c.erased->who), big_endian(c.erased->stand_in.digits));
  for (const auto& [key, value] : c.pending_opt_ins)
    value ? batch.Put(db_->at(pending_opt_ins), key, *value) : batch.Delete(db_->at(pending_opt_ins), key);
  for (const auto& [key, value] : c.proposals)
    value ? batch.Put(db_->at(meta), key, *value) : batch.Delete(db_->at(meta), key);
  const std::lock_guard purging(purge_mutex_);
  std::vector<remains> gone;
  for (const rewritten_record& r : c.rewritten)
    gone.push_back({events, r.sequence, r.sequence});
  // Also when nothing else is replaced: what else was kept of the person is gone with it.
  for (const event& e : c.events)
    if (e.kind == event_kind::erasure) gone.push_back({events, e.sequence, e.sequence});
  if (!c.unheld.empty()) gone.push_back({held_items, 0, 0});  // all of them
  if (auto why = owe_purge_of(gone, batch)) return why;
  if (auto why = db_->write(batch, true)) return why;
  const std::lock_guard lock(head_mutex_);
  head_ = newest;
  return std::nullopt;
}

}  // namespace store
