#include "store/journal_filter.h"

#include <algorithm>
#include <cstring>

#include "store/bytes.h"
#include "store/eight_octets.h"

namespace store {
namespace {

// All bits of one hash are in one line of 64 octets: one cache line a look. At 10 bits a hash, six of them are best.
constexpr std::uint8_t version = 2;
constexpr std::uint8_t silent_version = 1;  // does not tell of destinations that could not be read
constexpr std::size_t line_octets = 64;
constexpr std::size_t bits_each = 10;
constexpr int probes = 6;

std::uint64_t mixed(std::uint64_t h) {
  h = (h ^ h >> 30U) * 0xBF58476D1CE4E5B9U;
  h = (h ^ h >> 27U) * 0x94D049BB133111EBU;
  return h ^ h >> 31U;
}

// What is left of a text after as many eights as it has, the first octet lowest.
std::uint64_t rest_of(std::string_view text) {
  const std::size_t count = text.size() % 8;
  if (count == 0) return 0;
  if (text.size() > 8) return eight_octets(text.data() + text.size() - 8) >> (8 * (8 - count));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * i);
  return value;
}

// Calls probe(line, bit) for each bit of the hash until it returns false; whether it never did. Bits are counted from
// the lowest of the first octet.
template <typename Probe>
bool each_bit(std::size_t lines, std::uint64_t hash, Probe probe) {
  const std::size_t line = (((hash >> 32U) * lines) >> 32U) * line_octets;
  auto spread = static_cast<std::uint32_t>(hash);
#pragma GCC unroll 6
  for (int i = 0; i < probes; ++i, spread *= 0x9E3779B9U) {
    const std::uint32_t bit = spread >> 23U;  // 0 to 511
    if (!probe(line, bit)) return false;
  }
  return true;
}

}  // namespace

std::uint64_t journal_hash(number who) {
  return mixed(who.digits + 0x9E3779B97F4A7C15U);
}

std::uint64_t journal_hash(std::string_view message_id) {
  std::uint64_t h = message_id.size() * 0xD6E8FEB86659FD93U;  // apart from the numbers
  for (std::size_t at = 0; at + 8 <= message_id.size(); at += 8) {
    h = (h ^ eight_octets(message_id.data() + at)) * 0x9E3779B97F4A7C15U;
    h ^= h >> 32U;
  }
  return mixed(h ^ rest_of(message_id));
}

std::string encode_filter_head(const block_summary& s) {
  byte_writer out;
  out.octet(version);
  out.varint(s.first_position);
  out.varint(s.count);
  out.fixed64(static_cast<std::uint64_t>(s.earliest.time_since_epoch().count()));
  out.fixed64(static_cast<std::uint64_t>(s.latest.time_since_epoch().count()));
  return out.take();
}

std::string encode_filter_bits(std::span<const std::uint64_t> hashes) {
  const std::size_t lines = std::max<std::size_t>(1, (hashes.size() * bits_each + 511) / 512);
  std::string record(lines * line_octets, '\0');
  char* const bits = record.data();
  for (const std::uint64_t hash : hashes) {
    each_bit(lines, hash, [&](std::size_t line, std::uint32_t bit) {
      char* const at = bits + line + bit / 64 * 8;
      const std::uint64_t eight = eight_octets(at) | std::uint64_t{1} << bit % 64;
      std::memcpy(at, &eight, 8);
      return true;
    });
  }
  return record;
}

std::optional<journal_filter> journal_filter::read(std::string_view record) {
  byte_reader in(record);
  journal_filter f;
  const std::uint8_t found = in.octet();
  if (found != version && found != silent_version) return std::nullopt;
  f.silent_ = found == silent_version;
  f.summary_.first_position = in.varint();
  f.summary_.count = in.varint();
  f.summary_.earliest = instant{std::chrono::microseconds{static_cast<std::int64_t>(in.fixed64())}};
  f.summary_.latest = instant{std::chrono::microseconds{static_cast<std::int64_t>(in.fixed64())}};
  f.bits_ = in.rest();
  if (in.failed() || f.bits_.empty() || f.bits_.size() % line_octets != 0) return std::nullopt;
  return f;
}

bool journal_filter::may_hold(std::uint64_t hash) const {
  return each_bit(bits_.size() / line_octets, hash, [&](std::size_t line, std::uint32_t bit) {
    return (static_cast<std::uint8_t>(bits_[line + bit / 8]) >> bit % 8 & 1U) != 0;
  });
}

}  // namespace store
