#include "store/journal_columns.h"

#include <algorithm>
#include <cstring>

#include "store/bytes.h"
#include "store/telling_digits.h"

namespace store {

using namespace block_layout;

namespace {

// Most octets of a value: a varint of 64 bits, one of 32; a text of 64 octets with its length, a message_id with what
// it shares, its length, and its hyphens.
constexpr std::size_t varint64 = 10, varint32 = 5;
constexpr std::size_t most_text = 1 + journal_batch::longest_destination;
constexpr std::size_t most_message_id = 3 + 2 * journal_batch::longest_message_id;

std::int64_t microseconds(instant t) {
  return t.time_since_epoch().count();
}

std::uint8_t flags_of(const journal_line& l, bool has_id) {
  return static_cast<std::uint8_t>(
      (l.destination.empty() ? 0 : has_destination) | (l.event == 0 ? 0 : has_event) | (l.answered ? has_answer : 0) |
      (l.answered && l.command_status != 0 ? has_status : 0) | (has_id ? has_message_id : 0));
}

// Of two that are followed by eight octets that can be read.
std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  for (std::size_t length = 0; length < most; length += 8) {
    const std::uint64_t differs = eight_octets(a.data() + length) ^ eight_octets(b.data() + length);
    if (differs != 0) return std::min(most, length + static_cast<std::size_t>(std::countr_zero(differs)) / 8);
  }
  return most;
}

}  // namespace

encoded_block placed(const unplaced_block& b, std::uint64_t first_position) {
  byte_writer head;
  head.octet(version);
  head.varint(first_position);
  head.varint(b.count);
  head.fixed64(static_cast<std::uint64_t>(microseconds(b.first)));
  return {head.take() + b.octets, encode_filter_head({first_position, b.count, b.earliest, b.latest}) + b.filter};
}

journal_columns::journal_columns(std::size_t most)
    : most_(most),
      origins_(most),
      times_(most * 2 * varint64),
      origin_of_each_(most * varint32),
      destinations_(most * most_text),
      events_(most * varint64),
      statuses_(most * varint32),
      message_ids_(most * most_message_id) {
  hashes_.reserve(2 * most);
}

void journal_columns::add(const journal_line& l, number kept_as) {
  std::string_view message_id = l.message_id.substr(0, journal_batch::longest_message_id);
  if (kept_as != l.who && tells(message_id, l.who)) message_id = {};
  if (count_ == 0) {
    first_ = earliest_ = latest_ = moment_ = moment_before_ = l.at;
  } else if (l.at != moment_) {
    end_moment();
    moment_ = l.at;
    earliest_ = std::min(earliest_, l.at);
    latest_ = std::max(latest_, l.at);
  }
  ++at_moment_;
  ++count_;
  origin_of_each_.varint(
      origins_.index_of({l.sender, l.system_id, l.verdict, l.reason, flags_of(l, !message_id.empty())}));
  if (l.destination.empty()) {
    destinations_.varint(kept_as.digits);
    hashes_.push_back(journal_hash(kept_as));
  } else {
    const std::string_view destination = l.destination.substr(0, journal_batch::longest_destination);
    destinations_.octet(static_cast<std::uint8_t>(destination.size()));
    destinations_.octets(destination);
    hashes_.push_back(unreadable_hash);
  }
  if (l.event != 0) events_.varint(l.event);
  if (l.answered && l.command_status != 0) statuses_.varint(l.command_status);
  if (message_id.empty()) return;
  padded_id& here = ids_[latest_id_ ^= 1U];
  std::memcpy(here.octets.data(), message_id.data(), message_id.size());
  here.length = message_id.size();
  const std::string_view id = here.view();
  const std::size_t shared = shared_prefix(ids_[latest_id_ ^ 1U].view(), id);
  message_ids_.message_id(shared, id.substr(shared));
  hashes_.push_back(journal_hash(id));
}

// What was read together was decided at one moment: each moment is told once, with how many entries have it.
void journal_columns::end_moment() {
  times_.varint(zigzag(microseconds(moment_) - microseconds(moment_before_)));
  times_.varint(at_moment_ - 1);
  moment_before_ = moment_;
  at_moment_ = 0;
}

unplaced_block journal_columns::take(const journal_texts& texts) {
  end_moment();
  unplaced_block b;
  b.first = first_;
  b.earliest = earliest_;
  b.latest = latest_;
  b.count = count_;
  const std::array columns{&times_, &origin_of_each_, &destinations_, &events_, &statuses_, &message_ids_};
  b.octets = origins_.encoded(texts);
  std::size_t room = b.octets.size();
  for (const journal_column* c : columns)
    room += c->written().size();
  b.octets.reserve(room);
  for (journal_column* c : columns) {
    b.octets.append(c->written());
    c->clear();
  }
  b.filter = encode_filter_bits(hashes_);
  count_ = ids_[latest_id_].length = 0;
  origins_.clear();
  hashes_.clear();
  return b;
}

}  // namespace store
