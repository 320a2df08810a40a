// A block of the journal in the making. The thread that decides only puts each decision at the end of a few arrays; the
// writer's thread makes the octets of a block out of all of them at once (journal_block.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/journal_layout.h"
#include "store/journal_origins.h"
#include "store/renumbering.h"

namespace store {

inline constexpr std::size_t most_in_block = 4096;

class journal_columns {
 public:
  struct moment {
    instant at{};
    std::uint32_t first = 0;  // the index of the first entry that was decided then
  };
  static constexpr std::size_t slack = 16;  // octets after each message_id that can be read

  explicit journal_columns(std::size_t most = most_in_block);

  // Not when full().
  void add(const journal_line& l) {
    const std::size_t length = std::min(l.message_id.size(), journal_batch::longest_message_id);
    const std::size_t at = count_++;
    if (l.at != latest_ || at == 0) begin_moment(l.at);
    origin_of_each_[at] = origins_.index_of({l.sender, l.system_id, l.verdict, l.reason, l.command_status, flags_of(l),
                                             static_cast<std::uint16_t>(length)});
    numbers_[at] = l.who.digits;
    events_[at] = l.event;
    if (!l.destination.empty()) add_unreadable(l.destination);
    if (length == 0) return;
    if (message_ids_end_ > message_ids_room_) make_room();
    copy(message_ids_.get() + message_ids_end_, l.message_id.data(), length);
    message_ids_end_ += length;
  }
  // The same lines, with every person under the number by which the journal knows them.
  journal_columns renumbered(const renumbering& known_as) const;
  void append_to(journal_batch& lines) const;
  void clear();

  std::size_t size() const { return count_; }
  bool full() const { return count_ == most_; }

  // --- what a block is made of ---
  std::span<const moment> moments() const { return moments_; }
  const journal_origins& origins() const { return origins_; }
  std::span<const std::uint16_t> origin_of_each() const { return {origin_of_each_.get(), count_}; }
  // Of what could not be read, the one before.
  std::span<const std::uint64_t> numbers() const { return {numbers_.get(), count_}; }
  std::span<const std::uint64_t> events() const { return {events_.get(), count_}; }
  // One after the other; their lengths are in the origins.
  const char* message_ids() const { return message_ids_.get(); }
  // Those that could not be read, in order.
  const std::vector<std::string>& destinations() const { return destinations_; }

 private:
  static std::uint16_t flags_of(const journal_line& l) {
    using namespace block_layout;
    return static_cast<std::uint16_t>((l.destination.empty() ? 0 : has_destination) | (l.event == 0 ? 0 : has_event) |
                                      (l.answered ? has_answer : 0));
  }
  // Without a call for those of a usual length.
  static void copy(char* to, const char* from, std::size_t length) {
    struct sixteen {
      std::uint64_t octets[2];
    };
    if (length >= 16 && length <= 32) {
      sixteen first, last;
      std::memcpy(&first, from, 16);
      std::memcpy(&last, from + length - 16, 16);
      std::memcpy(to, &first, 16);
      std::memcpy(to + length - 16, &last, 16);
    } else {
      std::memcpy(to, from, length);
    }
  }
  template <class Visit>
  void each_line(Visit visit) const;
  void begin_moment(instant at);
  void add_unreadable(std::string_view destination);
  void make_room();

  std::size_t most_;
  std::size_t count_ = 0;
  instant latest_{};  // moment
  std::vector<moment> moments_;
  journal_origins origins_;
  std::unique_ptr<std::uint16_t[]> origin_of_each_;
  std::unique_ptr<std::uint64_t[]> numbers_, events_;
  std::unique_ptr<char[]> message_ids_;
  std::size_t message_ids_end_ = 0, message_ids_room_;  // room: as long as the end is not beyond, one more goes in
  std::vector<std::string> destinations_;
};

}  // namespace store
