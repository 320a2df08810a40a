#include "store/state_codec.h"

#include <limits>

#include "store/bytes.h"

namespace store {
namespace {

constexpr std::uint8_t record_version = 1;
constexpr std::uint8_t is_opt_out = 1;
constexpr std::uint8_t is_by_reply = 2;
constexpr std::uint8_t has_expiry = 4;
constexpr std::uint8_t is_reassigned = 8;
constexpr std::size_t least_octets_of_a_fact = 12;

std::uint64_t raw(instant t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}
instant to_instant(std::uint64_t raw_value) {
  return instant{std::chrono::microseconds{static_cast<std::int64_t>(raw_value)}};
}

std::uint32_t read_id(byte_reader& in) {
  const std::uint64_t id = in.varint();
  if (id > std::numeric_limits<std::uint32_t>::max()) in.fail();
  return static_cast<std::uint32_t>(id);
}

fact read_fact(byte_reader& in) {
  fact f;
  const std::uint8_t flags = in.octet();
  if (flags > (is_opt_out | is_by_reply | has_expiry | is_reassigned)) in.fail();
  f.opt_out = flags & is_opt_out;
  f.by_reply = flags & is_by_reply;
  f.reassigned = flags & is_reassigned;
  f.scope = read_id(in);
  f.source = read_id(in);
  f.sequence = in.varint();
  f.occurred_at = to_instant(in.fixed64());
  if (flags & has_expiry) f.expires_at = to_instant(in.fixed64());
  return f;
}

}  // namespace

std::string encode(std::span<const fact> known) {
  byte_writer out;
  out.octet(record_version);
  out.varint(known.size());
  for (const fact& f : known) {
    out.octet(static_cast<std::uint8_t>((f.opt_out ? is_opt_out : 0) | (f.by_reply ? is_by_reply : 0) |
                                        (f.expires_at ? has_expiry : 0) | (f.reassigned ? is_reassigned : 0)));
    out.varint(f.scope);
    out.varint(f.source);
    out.varint(f.sequence);
    out.fixed64(raw(f.occurred_at));
    if (f.expires_at) out.fixed64(raw(*f.expires_at));
  }
  return out.take();
}

bool decode_state(std::string_view record, std::vector<fact>& known) {
  known.clear();
  byte_reader in(record);
  if (in.octet() != record_version) return false;
  const std::uint64_t count = in.varint();
  if (count > record.size() / least_octets_of_a_fact) return false;
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i)
    known.push_back(read_fact(in));
  return in.complete();
}

}  // namespace store
