// Making the octets of a block: column after column, each in one short loop over all entries.
#include <algorithm>
#include <array>

#include "store/bytes.h"
#include "store/journal_block.h"
#include "store/journal_column.h"
#include "store/journal_filter.h"
#include "store/journal_message_ids.h"

namespace store {

using namespace block_layout;

namespace {

std::int64_t microseconds(instant t) {
  return t.time_since_epoch().count();
}

// What was read together was decided at one moment: each moment is told once, with how many entries have it.
void encode_moments(byte_writer& out, const journal_columns& lines) {
  const auto all = lines.moments();
  instant before = all.front().at;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t end = i + 1 < all.size() ? all[i + 1].first : lines.size();
    out.varint(zigzag(microseconds(all[i].at) - microseconds(before)));
    out.varint(end - all[i].first - 1);
    before = all[i].at;
  }
}

// What is answered together mostly has one origin.
void encode_origins(byte_writer& out, const journal_columns& lines) {
  const auto each = lines.origin_of_each();
  for (std::size_t i = 0; i < each.size();) {
    const std::size_t first = i;
    const std::uint16_t here = each[first];
    while (++i < each.size() && each[i] == here) {
    }
    out.varint(here);
    out.varint(i - first - 1);
  }
}

void append_numbers(std::string& out, const journal_columns& lines) {
  const auto all = lines.numbers();
  const auto [least, greatest] = std::ranges::minmax(all);
  const column_shape shape = column_shape::between(least, greatest);
  byte_writer head;
  shape.encode(head);
  out += head.take();
  const column_room room(out, all.size() * shape.width);
  char* at = room.begin();
  for (const std::uint64_t n : all)
    put(at, n - shape.least, shape.width);
}

// Of those that have one.
void append_events(std::string& out, const journal_columns& lines) {
  std::uint64_t least = UINT64_MAX, greatest = 0;
  std::size_t count = 0;
  for (const std::uint64_t e : lines.events()) {
    least = std::min(least, e - 1);  // of none, the greatest number there is
    greatest = std::max(greatest, e);
    count += e != 0;
  }
  if (count == 0) return;
  const column_shape shape = column_shape::between(++least, greatest);
  byte_writer head;
  shape.encode(head);
  out += head.take();
  const column_room room(out, count * shape.width);
  char* at = room.begin();
  for (const std::uint64_t e : lines.events())
    put(at, e - shape.least, e != 0 ? shape.width : 0);
}

// Where the message_ids are, those of one length after those of the next shorter one.
class places_of_message_ids {
 public:
  explicit places_of_message_ids(const journal_columns& lines) : all_(lines.size()) {
    const auto& origins = lines.origins().all();
    std::vector<std::uint8_t> length_of_origin;
    for (const journal_origin& o : origins)
      length_of_origin.push_back(static_cast<std::uint8_t>(o.message_id_length));
    std::array<std::uint32_t, journal_batch::longest_message_id + 1> count{};
    for (const std::uint16_t o : lines.origin_of_each())
      ++count[length_of_origin[o]];
    std::array<std::uint32_t, journal_batch::longest_message_id + 1> next{};
    std::uint32_t sum = 0;
    for (std::size_t length = 0; length < count.size(); ++length) {
      next[length] = sum;
      sum += count[length];
      ends_[length] = sum;
    }
    std::uint32_t at = 0;
    for (const std::uint16_t o : lines.origin_of_each()) {
      const std::uint8_t length = length_of_origin[o];
      all_[next[length]++] = at;
      at += length;
    }
  }
  std::size_t count() const { return all_.size() - ends_[0]; }
  std::span<const std::uint32_t> of(std::size_t length) const {
    return std::span(all_).subspan(ends_[length - 1], ends_[length] - ends_[length - 1]);
  }

 private:
  std::vector<std::uint32_t> all_;
  std::array<std::uint32_t, journal_batch::longest_message_id + 1> ends_{};
};

}  // namespace

encoded_block encode_block(const journal_columns& lines, std::uint64_t first_position, const journal_texts& texts) {
  const auto moments = lines.moments();
  byte_writer head;
  head.octet(version);
  head.varint(first_position);
  head.varint(lines.size());
  head.fixed64(static_cast<std::uint64_t>(microseconds(moments.front().at)));
  lines.origins().encode(head, texts);
  encode_moments(head, lines);
  encode_origins(head, lines);
  encoded_block b;
  b.block = head.take();
  b.block.reserve(b.block.size() + lines.size() * 24);
  append_numbers(b.block, lines);
  append_events(b.block, lines);
  byte_writer destinations;
  for (const std::string& d : lines.destinations())
    destinations.text(d);
  b.block += destinations.take();

  const auto [earliest, latest] = std::ranges::minmax(moments, {}, &journal_columns::moment::at);
  const places_of_message_ids places(lines);
  filter_builder filter({first_position, lines.size(), earliest.at, latest.at}, lines.size() + places.count());
  filter.add(lines.numbers());
  if (!lines.destinations().empty()) filter.add_unreadable();
  for (std::size_t length = 1; length <= journal_batch::longest_message_id; ++length) {
    const auto at = places.of(length);
    if (at.empty()) continue;
    append_message_ids(b.block, lines.message_ids(), at, length);
    filter.add(lines.message_ids(), at, length);
  }
  b.filter = filter.take();
  return b;
}

encoded_block encode_block(const journal_batch& lines, std::size_t first, std::size_t count,
                           std::uint64_t first_position, const journal_texts& texts, const renumbering& known_as) {
  journal_columns columns(count);
  for (std::size_t i = first; i < first + count; ++i)
    columns.add(lines[i]);
  if (known_as) columns = columns.renumbered(known_as);
  return encode_block(columns, first_position, texts);
}

}  // namespace store
