// What a block of the journal holds, in few octets: its place, its times, and a Bloom filter over its numbers and
// message_ids. A search reads these and only then the blocks that may hold what it looks for. Format: store/FORMAT.md,
// "Journal".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "store/instant.h"
#include "store/number.h"

namespace store {

struct block_summary {
  std::uint64_t first_position = 0;
  std::uint64_t count = 0;
  instant earliest{}, latest{};  // of its entries
};

// What is asked for and what is there are compared by these alone: they are part of the format.
std::uint64_t journal_hash(number who);
std::uint64_t journal_hash(std::string_view message_id);
// Of every destination that could not be read.
inline constexpr std::uint64_t unreadable_hash = 0x6E6F6E756D626572;

// The record of a filter in the making.
class filter_builder {
 public:
  // For so many hashes.
  filter_builder(const block_summary& s, std::size_t hashes);
  void add(std::span<const std::uint64_t> numbers);
  // `at`: where message_ids of this length begin in `octets`.
  void add(const char* octets, std::span<const std::uint32_t> at, std::size_t length);
  void add_unreadable();
  std::string take() { return std::move(record_); }

 private:
  char* bits() { return record_.data() + begin_; }

  std::string record_;
  std::size_t begin_ = 0, words_;  // of the bits
};

class journal_filter {
 public:
  // A view of the record; nothing when it cannot have been made here.
  static std::optional<journal_filter> read(std::string_view record);

  const block_summary& summary() const { return summary_; }
  // Never false for what is there; true for about one in a hundred of what is not.
  bool may_hold(std::uint64_t hash) const;
  // A destination that could not be read.
  bool may_hold_unreadable() const { return may_hold(unreadable_hash); }

 private:
  block_summary summary_;
  std::string_view bits_;
};

}  // namespace store
