#include "store/record.h"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include "store/bytes.h"

namespace store {
namespace {

constexpr std::uint8_t record_version = 2;
constexpr std::uint8_t has_expiry = 1;
constexpr std::uint8_t has_identity = 2;
constexpr std::uint8_t has_corrected = 4;
constexpr std::uint8_t all_flags = has_expiry | has_identity | has_corrected;

enum class form : std::uint8_t { whole = 0, erased = 1 };

std::uint64_t raw(instant t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}
instant to_instant(std::uint64_t raw_value) {
  return instant{std::chrono::microseconds{static_cast<std::int64_t>(raw_value)}};
}

bool is_zero(const std::array<std::uint8_t, 16>& octets) {
  return octets == std::array<std::uint8_t, 16>{};
}

// Where in the lasting part it stands (encode_lasting).
constexpr std::size_t id_at = 5;
constexpr std::size_t recorded_at_at = id_at + std::tuple_size_v<event_id>;

std::string encode_lasting(const event& e) {
  byte_writer out;
  out.reserve(128);
  out.octet(static_cast<std::uint8_t>((e.expires_at ? has_expiry : 0) | (is_zero(e.identity) ? 0 : has_identity) |
                                      (e.corrects ? has_corrected : 0)));
  out.octet(static_cast<std::uint8_t>(e.kind));
  out.octet(static_cast<std::uint8_t>(e.scope.kind));
  out.octet(static_cast<std::uint8_t>(e.method));
  out.octet(static_cast<std::uint8_t>(e.source_kind));
  out.octets(e.id);
  out.fixed64(raw(e.recorded_at));
  out.fixed64(raw(e.occurred_at));
  if (e.expires_at) out.fixed64(raw(*e.expires_at));
  if (!is_zero(e.identity)) out.octets(e.identity);
  if (e.corrects) out.octets(*e.corrects);
  out.text(e.actor);
  out.text(e.approved_by);
  out.text(e.scope.name);
  out.text(e.source);
  out.text(e.collector);
  out.text(e.evidence_sha256);
  out.text(e.reason);
  return out.take();
}

std::string encode_personal(const event& e) {
  byte_writer out;
  out.reserve(64);
  out.varint(e.who.digits);
  out.text(e.number_as_received);
  out.text(e.evidence);
  out.text(e.wording);
  return out.take();
}

template <class T>
T read_enumeration(byte_reader& in, T least, T greatest) {
  const std::uint8_t value = in.octet();
  if (value >= static_cast<std::uint8_t>(least) && value <= static_cast<std::uint8_t>(greatest))
    return static_cast<T>(value);
  in.fail();
  return least;
}

bool decode_lasting(std::string_view part, event& e) {
  byte_reader in(part);
  const std::uint8_t flags = in.octet();
  if (flags > all_flags) return false;
  e.kind = read_enumeration(in, event_kind::opt_in, event_kind::erasure);
  e.scope.kind = read_enumeration(in, scope_kind::all, scope_kind::sender);
  e.method = read_enumeration(in, consent_method::none, consent_method::carrier);
  e.source_kind = read_enumeration(in, source_kind::none, source_kind::scraped);
  in.octets(e.id);
  e.recorded_at = to_instant(in.fixed64());
  e.occurred_at = to_instant(in.fixed64());
  if (flags & has_expiry) e.expires_at = to_instant(in.fixed64());
  if (flags & has_identity) in.octets(e.identity);
  if (flags & has_corrected) in.octets(e.corrects.emplace());
  e.actor = in.text();
  e.approved_by = in.text();
  e.scope.name = in.text();
  e.source = in.text();
  e.collector = in.text();
  e.evidence_sha256 = in.text();
  e.reason = in.text();
  return in.complete();
}

bool decode_personal(std::string_view part, event& e) {
  byte_reader in(part);
  e.who.digits = in.varint();
  e.number_as_received = in.text();
  e.evidence = in.text();
  e.wording = in.text();
  return in.complete();
}

digest256 digest_of_personal(const salt& s, std::string_view personal) {
  thread_local sha256 digest;
  return digest.add(s).add(personal).finish();
}

digest256 link(const digest256& before, std::uint64_t sequence, std::string_view lasting, const digest256& personal) {
  thread_local sha256 digest;
  return digest.add(before).add(sequence).add(lasting).add(personal).finish();
}

// The record taken apart; what it holds points into its octets.
struct parts {
  std::string_view lasting;
  digest256 personal_digest{};
  digest256 own{};
  form kind = form::whole;
  // whole
  store::salt salt{};
  std::string_view personal;
  // erased
  number hashed;
  std::uint64_t erased_by = 0;
  std::array<std::uint8_t, 16> seal{};
};

std::optional<parts> take_apart(std::string_view octets) {
  byte_reader in(octets);
  if (in.octet() != record_version) return std::nullopt;
  parts p;
  p.lasting = in.text();
  in.octets(p.personal_digest);
  in.octets(p.own);
  p.kind = read_enumeration(in, form::whole, form::erased);
  if (p.kind == form::whole) {
    in.octets(p.salt);
    p.personal = in.text();
  } else {
    p.hashed.digits = in.fixed64();
    p.erased_by = in.varint();
    in.octets(p.seal);
  }
  if (!in.complete()) return std::nullopt;
  return p;
}

byte_writer begin_record(std::string_view lasting, const digest256& personal_digest, const digest256& own, form kind) {
  byte_writer out;
  out.reserve(lasting.size() + 192);
  out.octet(record_version);
  out.text(lasting);
  out.octets(personal_digest);
  out.octets(own);
  out.octet(static_cast<std::uint8_t>(kind));
  return out;
}

}  // namespace

// Asking the system for each salt would cost more than hashing with it.
salt fresh_salt() {
  thread_local std::array<std::uint8_t, 4096> pool;
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    if (RAND_bytes(pool.data(), static_cast<int>(pool.size())) != 1)
      throw std::runtime_error("the system gives no random octets");
    used = 0;
  }
  salt s{};
  std::copy_n(pool.begin() + static_cast<std::ptrdiff_t>(used), s.size(), s.begin());
  used += s.size();
  return s;
}

unplaced_record append_unplaced(std::string& to, const event& e, const salt& s) {
  const std::string lasting = encode_lasting(e);
  const std::string personal = encode_personal(e);
  byte_writer out = begin_record(lasting, digest_of_personal(s, personal), {}, form::whole);
  out.octets(s);
  out.text(personal);
  const std::string record = out.take();
  to += record;
  const auto size = static_cast<std::uint32_t>(lasting.size());
  const std::uint32_t lasting_at = 1 + octets_of_varint(size);
  return {static_cast<std::uint32_t>(record.size()), lasting_at, size};
}

digest256 put_in_place(std::span<char> octets, const unplaced_record& r, const place& p, const digest256& before) {
  char* const lasting = octets.data() + r.lasting;
  std::ranges::copy(p.id, lasting + id_at);
  for (std::size_t i = 0; i < 8; ++i)
    lasting[recorded_at_at + i] = static_cast<char>(raw(p.recorded_at) >> 8 * i);
  char* const personal = lasting + r.lasting_size;
  digest256 personal_digest{};
  std::copy_n(personal, personal_digest.size(), personal_digest.begin());
  const digest256 own = link(before, p.sequence, {lasting, r.lasting_size}, personal_digest);
  std::ranges::copy(own, personal + personal_digest.size());
  return own;
}

sealed_record encode(const event& e, const digest256& before, const salt& s) {
  sealed_record r;
  const unplaced_record parts = append_unplaced(r.octets, e, s);
  r.own = put_in_place(r.octets, parts, {e.id, e.sequence, e.recorded_at}, before);
  return r;
}

std::optional<record> decode_record(std::string_view octets, std::uint64_t sequence) {
  const auto p = take_apart(octets);
  record r;
  if (!p || !decode_lasting(p->lasting, r.e)) return std::nullopt;
  r.own = p->own;
  r.e.sequence = sequence;
  r.e.who = p->hashed;
  r.e.erased_by = p->erased_by;
  if (p->kind == form::whole && !decode_personal(p->personal, r.e)) return std::nullopt;
  return r;
}

std::optional<std::string> without_person(std::string_view octets, std::uint64_t sequence, number hashed,
                                          std::uint64_t erased_by, const number_keys& keys) {
  const auto p = take_apart(octets);
  if (!p) return std::nullopt;
  byte_writer out = begin_record(p->lasting, p->personal_digest, p->own, form::erased);
  out.fixed64(hashed.digits);
  out.varint(erased_by);
  out.octets(keys.seal(sequence, hashed, erased_by));
  return out.take();
}

std::optional<std::string> misfit(std::string_view octets, std::uint64_t sequence, const digest256& before,
                                  const number_keys& keys, digest256& own) {
  const auto p = take_apart(octets);
  event e;
  if (!p || !decode_lasting(p->lasting, e)) return "it cannot be decoded";
  own = link(before, sequence, p->lasting, p->personal_digest);
  if (own != p->own) return "its hash does not follow from the event before and from what it says";
  if (p->kind == form::erased) {
    if (!keys.is_seal(p->seal, sequence, p->hashed, p->erased_by))
      return "what stands for its erased number was changed";
    return std::nullopt;
  }
  if (digest_of_personal(p->salt, p->personal) != p->personal_digest) return "its personal part was changed";
  if (!decode_personal(p->personal, e)) return "its personal part cannot be decoded";
  return std::nullopt;
}

}  // namespace store
