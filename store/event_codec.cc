#include "store/event_codec.h"

#include "store/bytes.h"

namespace store {
namespace {

constexpr std::uint8_t record_version = 1;
constexpr std::uint8_t has_expiry = 1;
constexpr std::uint8_t has_identity = 2;

std::uint64_t raw(instant t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}
instant to_instant(std::uint64_t raw_value) {
  return instant{std::chrono::microseconds{static_cast<std::int64_t>(raw_value)}};
}

bool is_zero(const std::array<std::uint8_t, 16>& octets) {
  return octets == std::array<std::uint8_t, 16>{};
}

// What erasing a person will have to remove stands apart from what has to stay.
std::string encode_personal(const event& e) {
  byte_writer out;
  out.varint(e.who.digits);
  out.text(e.number_as_received);
  out.text(e.collector);
  out.text(e.evidence);
  out.text(e.wording);
  return out.take();
}

void decode_personal(std::string_view part, event& e, byte_reader& whole) {
  byte_reader in(part);
  e.who.digits = in.varint();
  e.number_as_received = in.text();
  e.collector = in.text();
  e.evidence = in.text();
  e.wording = in.text();
  if (!in.complete()) whole.fail();
}

template <class T>
T read_enumeration(byte_reader& in, T least, T greatest) {
  const auto value = static_cast<T>(in.octet());
  if (value >= least && value <= greatest) return value;
  in.fail();
  return least;
}

}  // namespace

std::string encode(const event& e) {
  byte_writer out;
  out.octet(record_version);
  out.octet(static_cast<std::uint8_t>((e.expires_at ? has_expiry : 0) | (is_zero(e.identity) ? 0 : has_identity)));
  out.octet(static_cast<std::uint8_t>(e.kind));
  out.octet(static_cast<std::uint8_t>(e.scope.kind));
  out.octet(static_cast<std::uint8_t>(e.method));
  out.octet(static_cast<std::uint8_t>(e.source_kind));
  out.octets(e.id);
  out.fixed64(raw(e.recorded_at));
  out.fixed64(raw(e.occurred_at));
  if (e.expires_at) out.fixed64(raw(*e.expires_at));
  if (!is_zero(e.identity)) out.octets(e.identity);
  out.text(e.actor);
  out.text(e.scope.name);
  out.text(e.source);
  out.text(e.evidence_sha256);
  out.text(encode_personal(e));
  return out.take();
}

std::optional<event> decode_event(std::string_view record, std::uint64_t sequence) {
  byte_reader in(record);
  if (in.octet() != record_version) return std::nullopt;
  event e;
  e.sequence = sequence;
  const std::uint8_t flags = in.octet();
  if (flags > (has_expiry | has_identity)) return std::nullopt;
  e.kind = read_enumeration(in, event_kind::opt_in, event_kind::recall);
  e.scope.kind = read_enumeration(in, scope_kind::all, scope_kind::sender);
  e.method = read_enumeration(in, consent_method::none, consent_method::carrier);
  e.source_kind = read_enumeration(in, source_kind::none, source_kind::scraped);
  in.octets(e.id);
  e.recorded_at = to_instant(in.fixed64());
  e.occurred_at = to_instant(in.fixed64());
  if (flags & has_expiry) e.expires_at = to_instant(in.fixed64());
  if (flags & has_identity) in.octets(e.identity);
  e.actor = in.text();
  e.scope.name = in.text();
  e.source = in.text();
  e.evidence_sha256 = in.text();
  decode_personal(in.text(), e, in);
  if (!in.complete()) return std::nullopt;
  return e;
}

}  // namespace store
