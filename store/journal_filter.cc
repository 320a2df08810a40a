#include "store/journal_filter.h"

#include <algorithm>
#include <cstring>

#include "store/bytes.h"
#include "store/eight_octets.h"

namespace store {
namespace {

// All bits of one hash are in one word: one look. At 12 bits a hash, four of them are best.
constexpr std::uint8_t version = 3;
constexpr std::size_t bits_each = 12;

__extension__ typedef unsigned __int128 product;

std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
  const product p = static_cast<product>(a) * b;
  return static_cast<std::uint64_t>(p) ^ static_cast<std::uint64_t>(p >> 64U);
}

std::uint64_t hash_of_number(std::uint64_t digits) {
  return folded(digits ^ 0x9E3779B97F4A7C15U, 0xD6E8FEB86659FD93U);
}

// Sixteen octets at a time from the front, the last sixteen once more; of less than sixteen the first and the last
// eight, of less than eight those there are.
std::uint64_t hash_of_text(const char* text, std::size_t length) {
  constexpr std::uint64_t one = 0xBF58476D1CE4E5B9U, other = 0x94D049BB133111EBU;
  const char* const end = text + length;
  if (length < 8) {
    std::uint64_t octets = 0;
    for (std::size_t i = 0; i < length; ++i)
      octets |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * i);
    return folded(octets ^ one, length ^ other);
  }
  if (length < 16) return folded(eight_octets(text) ^ one ^ length, eight_octets(end - 8) ^ other);
  std::uint64_t h = length;
  for (; end - text > 16; text += 16)
    h = folded(eight_octets(text) ^ one ^ h, eight_octets(text + 8) ^ other);
  return folded(eight_octets(end - 16) ^ one ^ h, eight_octets(end - 8) ^ other);
}

std::size_t word_of(std::size_t words, std::uint64_t hash) {
  return ((hash >> 32U) * words) >> 32U;
}

std::uint64_t bits_of(std::uint64_t hash) {
  constexpr auto bit = [](std::uint64_t which) { return std::uint64_t{1} << (which & 63U); };
  return bit(hash) | bit(hash >> 6U) | bit(hash >> 12U) | bit(hash >> 18U);
}

void set(char* bits, std::size_t words, std::uint64_t hash) {
  char* const at = bits + word_of(words, hash) * 8;
  const std::uint64_t word = eight_octets(at) | bits_of(hash);
  std::memcpy(at, &word, 8);
}

}  // namespace

std::uint64_t journal_hash(number who) {
  return hash_of_number(who.digits);
}

std::uint64_t journal_hash(std::string_view message_id) {
  return hash_of_text(message_id.data(), message_id.size());
}

filter_builder::filter_builder(const block_summary& s, std::size_t hashes)
    : words_(std::max<std::size_t>(1, (hashes * bits_each + 63) / 64)) {
  byte_writer head;
  head.octet(version);
  head.varint(s.first_position);
  head.varint(s.count);
  head.fixed64(static_cast<std::uint64_t>(s.earliest.time_since_epoch().count()));
  head.fixed64(static_cast<std::uint64_t>(s.latest.time_since_epoch().count()));
  record_ = head.take();
  begin_ = record_.size();
  record_.resize(begin_ + words_ * 8);
}

void filter_builder::add(std::span<const std::uint64_t> numbers) {
  char* const to = bits();
  const std::size_t words = words_;
  for (const std::uint64_t n : numbers)
    set(to, words, hash_of_number(n));
}

void filter_builder::add(const char* octets, std::span<const std::uint32_t> at, std::size_t length) {
  char* const to = bits();
  const std::size_t words = words_;
  for (const std::uint32_t one : at)
    set(to, words, hash_of_text(octets + one, length));
}

void filter_builder::add_unreadable() {
  set(bits(), words_, unreadable_hash);
}

std::optional<journal_filter> journal_filter::read(std::string_view record) {
  byte_reader in(record);
  journal_filter f;
  if (in.octet() != version) return std::nullopt;
  f.summary_.first_position = in.varint();
  f.summary_.count = in.varint();
  f.summary_.earliest = instant{std::chrono::microseconds{static_cast<std::int64_t>(in.fixed64())}};
  f.summary_.latest = instant{std::chrono::microseconds{static_cast<std::int64_t>(in.fixed64())}};
  f.bits_ = in.rest();
  if (in.failed() || f.bits_.empty() || f.bits_.size() % 8 != 0) return std::nullopt;
  return f;
}

bool journal_filter::may_hold(std::uint64_t hash) const {
  const std::uint64_t bits = bits_of(hash);
  return (eight_octets(bits_.data() + word_of(bits_.size() / 8, hash) * 8) & bits) == bits;
}

}  // namespace store
