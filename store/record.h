// A record of the ledger: an event as octets, linked to the record before. It has two parts. The chain covers the first
// one and a salted digest of the second, the personal one, so that erasing this with its salt leaves the chain whole
// and the person unrecoverable. Format: store/FORMAT.md, "Ledger".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/event.h"
#include "store/number_keys.h"
#include "store/sha256.h"

namespace store {

using salt = std::array<std::uint8_t, 16>;
salt fresh_salt();

// A record whose place in the ledger is still open: its id, when it was recorded and its own hash are to come. Which
// part of it is where.
struct unplaced_record {
  std::uint32_t size = 0;
  std::uint32_t lasting = 0, lasting_size = 0;
};
unplaced_record append_unplaced(std::string& to, const event& e, const salt& s);

struct place {
  event_id id{};
  std::uint64_t sequence = 0;
  instant recorded_at{};
};
// Fills in what was open. The record's own hash, which the next one is linked to; `before` is that of the record
// before, all zero for the first.
digest256 put_in_place(std::span<char> octets, const unplaced_record& r, const place& p, const digest256& before);

struct sealed_record {
  std::string octets;
  digest256 own{};  // what the next record is linked to
};

// In its place at once.
sealed_record encode(const event& e, const digest256& before, const salt& s);

struct record {
  event e;
  digest256 own{};
};
// Nothing when the octets are not a record that this file could have made; never reads beyond them. What erasing
// removed is empty.
std::optional<record> decode_record(std::string_view octets, std::uint64_t sequence);

// The record without its personal part and salt, the hash standing in for the number. Nothing when it is damaged.
std::optional<std::string> without_person(std::string_view octets, std::uint64_t sequence, number hashed,
                                          std::uint64_t erased_by, const number_keys& keys);

// Why the record does not fit behind `before`, for people; nothing when it fits. `own` becomes its hash.
std::optional<std::string> misfit(std::string_view octets, std::uint64_t sequence, const digest256& before,
                                  const number_keys& keys, digest256& own);

}  // namespace store
