#include "store/journal_block.h"

#include <algorithm>
#include <array>
#include <vector>

#include "store/bytes.h"
#include "store/journal_column.h"
#include "store/journal_layout.h"
#include "store/journal_message_ids.h"

namespace store {

using namespace block_layout;

namespace {

struct named_origin {
  std::array<std::string_view, 4> texts;
  std::uint8_t flags = 0;
  std::uint32_t command_status = 0;
  std::uint8_t message_id_length = 0;
};

struct head {
  std::uint64_t first_position = 0;
  std::uint64_t count = 0;
  std::int64_t base = 0;
  std::vector<named_origin> origins;
};

head read_head(byte_reader& in) {
  head h;
  if (in.octet() != version) in.fail();
  h.first_position = in.varint();
  h.count = in.varint();
  h.base = static_cast<std::int64_t>(in.fixed64());
  if (h.count == 0 || h.count > most_in_block) in.fail();
  const std::uint64_t text_count = in.varint();
  std::vector<std::string_view> texts;
  for (std::uint64_t i = 0; i < text_count && !in.failed(); ++i)
    texts.push_back(in.text());
  const std::uint64_t origin_count = in.varint();
  if (origin_count > most_in_block) in.fail();
  for (std::uint64_t i = 0; i < origin_count && !in.failed(); ++i) {
    named_origin& o = h.origins.emplace_back();
    for (std::string_view& text : o.texts) {
      const std::uint64_t index = in.varint();
      if (index < texts.size()) {
        text = texts[index];
      } else {
        in.fail();
      }
    }
    o.flags = in.octet();
    if ((o.flags & has_status) != 0) o.command_status = static_cast<std::uint32_t>(in.varint());
    o.message_id_length = in.octet();
    if (o.flags > all_flags || o.message_id_length > journal_batch::longest_message_id) in.fail();
  }
  return h;
}

// The columns, decoded into one entry after the other.
struct columns {
  std::vector<journal_entry> entries;
  std::vector<std::uint16_t> origins;  // of each
  std::vector<std::string_view> destinations;
  std::string message_ids;
};

bool read_moments(byte_reader& in, const head& h, columns& c) {
  std::uint64_t at = static_cast<std::uint64_t>(h.base);  // unsigned: damaged octets may make it wrap
  for (std::size_t i = 0; i < h.count;) {
    at += static_cast<std::uint64_t>(unzigzag(in.varint()));
    const std::uint64_t more = in.varint();
    if (in.failed() || more >= h.count - i) return false;
    for (const std::size_t end = i + more + 1; i < end; ++i)
      c.entries[i].at = instant{std::chrono::microseconds{static_cast<std::int64_t>(at)}};
  }
  return true;
}

bool read_origins(byte_reader& in, const head& h, columns& c) {
  for (std::size_t i = 0; i < h.count;) {
    const std::uint64_t index = in.varint();
    const std::uint64_t more = in.varint();
    if (in.failed() || index >= h.origins.size() || more >= h.count - i) return false;
    const named_origin& o = h.origins[index];
    for (const std::size_t end = i + more + 1; i < end; ++i) {
      journal_entry& e = c.entries[i];
      e.position = h.first_position + i;
      e.sender = o.texts[0];
      e.system_id = o.texts[1];
      e.verdict = o.texts[2];
      e.reason = o.texts[3];
      e.answered = (o.flags & has_answer) != 0;
      e.command_status = o.command_status;
      c.origins[i] = static_cast<std::uint16_t>(index);
    }
  }
  return true;
}

// A value for each of so many entries; nothing when there are not so many.
std::optional<column_values> read_column(byte_reader& in, std::size_t count) {
  const column_shape shape = column_shape::read(in);
  const std::string_view octets = in.octets_of(count * shape.width);
  return in.failed() ? std::nullopt : std::optional<column_values>({shape, octets});
}

bool read_numbers(byte_reader& in, const head& h, columns& c) {
  auto values = read_column(in, h.count);
  if (!values) return false;
  for (std::size_t i = 0; i < h.count; ++i) {
    const std::uint64_t value = values->next();
    if ((h.origins[c.origins[i]].flags & has_destination) == 0) c.entries[i].who.digits = value;
  }
  return true;
}

bool read_events(byte_reader& in, const head& h, columns& c) {
  const auto has_one = [&](std::uint16_t o) { return (h.origins[o].flags & has_event) != 0; };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(c.origins, has_one));
  if (count == 0) return true;
  auto values = read_column(in, count);
  if (!values) return false;
  for (std::size_t i = 0; i < h.count; ++i)
    if (has_one(c.origins[i])) c.entries[i].event = values->next();
  return true;
}

bool read_destinations(byte_reader& in, const head& h, columns& c) {
  for (std::size_t i = 0; i < h.count; ++i)
    if ((h.origins[c.origins[i]].flags & has_destination) != 0) c.entries[i].destination = in.text();
  return !in.failed();
}

bool read_message_ids(byte_reader& in, const head& h, columns& c) {
  std::array<std::size_t, journal_batch::longest_message_id + 1> count{};
  for (const std::uint16_t o : c.origins)
    ++count[h.origins[o].message_id_length];
  std::size_t octets = 0;
  std::array<std::size_t, journal_batch::longest_message_id + 1> next{};  // where those of each length begin
  for (std::size_t length = 1; length < count.size(); ++length) {
    next[length] = octets;
    octets += count[length] * length;
  }
  c.message_ids.resize(octets);
  for (std::size_t length = 1; length < count.size(); ++length)
    if (count[length] != 0) read_message_ids(in, length, count[length], c.message_ids.data() + next[length]);
  for (std::size_t i = 0; i < h.count; ++i) {
    const std::size_t length = h.origins[c.origins[i]].message_id_length;
    c.entries[i].message_id = std::string_view(c.message_ids).substr(next[length], length);
    next[length] += length;
  }
  return !in.failed();
}

bool read_columns(byte_reader& in, const head& h, columns& c) {
  c.entries.resize(h.count);
  c.origins.resize(h.count);
  return read_moments(in, h, c) && read_origins(in, h, c) && read_numbers(in, h, c) && read_events(in, h, c) &&
         read_destinations(in, h, c) && read_message_ids(in, h, c) && in.complete();
}

}  // namespace

bool decode_block(std::string_view block, const std::function<bool(const journal_entry&)>& visit) {
  byte_reader in(block);
  const head h = read_head(in);
  columns c;
  if (in.failed() || !read_columns(in, h, c)) return false;
  for (const journal_entry& e : c.entries) {
    if (!visit(e)) break;
  }
  return true;
}

bool may_hold_sender(std::string_view block, std::string_view sender) {
  byte_reader in(block);
  const head h = read_head(in);
  return in.failed() || std::ranges::any_of(h.origins, [&](const named_origin& o) { return o.texts[0] == sender; });
}

namespace {

// False when it cannot be decoded.
bool add_lines(std::string_view block, journal_batch& lines, journal_texts& texts) {
  return decode_block(block, [&](const journal_entry& e) {
    lines.add({e, texts.intern(e.sender), texts.intern(e.system_id), texts.intern(e.verdict), texts.intern(e.reason)});
    return true;
  });
}

}  // namespace

std::optional<encoded_block> renumber_block(std::string_view block, const renumbering& known_as) {
  journal_texts texts;
  journal_batch lines;
  const bool whole = add_lines(block, lines, texts);
  byte_reader in(block);
  const std::uint64_t first_position = read_head(in).first_position;
  if (!whole || lines.empty()) return std::nullopt;
  return encode_block(lines, 0, lines.size(), first_position, texts, known_as);
}

}  // namespace store
