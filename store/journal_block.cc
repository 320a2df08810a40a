#include "store/journal_block.h"

#include <algorithm>
#include <array>
#include <vector>

#include "store/bytes.h"
#include "store/journal_layout.h"

namespace store {

using namespace block_layout;

namespace {

struct named_origin {
  std::array<std::string_view, 4> texts;
  std::uint8_t flags = 0;
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
    if (o.flags > all_flags) in.fail();
  }
  return h;
}

// The columns, decoded into one entry after the other. Its message_ids are kept in one place, since each is told by
// what differs from the one before.
struct columns {
  std::vector<journal_entry> entries;
  std::vector<std::uint8_t> flags;
  std::string message_ids;
};

bool read_times(byte_reader& in, const head& h, columns& c) {
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
  for (std::size_t i = 0; i < h.count; ++i) {
    const std::uint64_t index = in.varint();
    if (in.failed() || index >= h.origins.size()) return false;
    const named_origin& o = h.origins[index];
    journal_entry& e = c.entries[i];
    e.position = h.first_position + i;
    e.sender = o.texts[0];
    e.system_id = o.texts[1];
    e.verdict = o.texts[2];
    e.reason = o.texts[3];
    e.answered = (o.flags & has_answer) != 0;
    c.flags[i] = o.flags;
  }
  return true;
}

// Appends `length` characters: the digits, with hyphens in these places.
void append_unpacked(std::string& to, std::string_view octets, std::string_view hyphens, std::size_t length) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0, digit = 0; i < length; ++i) {
    if (!hyphens.empty() && static_cast<std::uint8_t>(hyphens.front()) == i) {
      to.push_back('-');
      hyphens.remove_prefix(1);
    } else if (digit / 2 < octets.size()) {
      const auto two = static_cast<std::uint8_t>(octets[digit / 2]);
      to.push_back(digits[digit % 2 == 0 ? two >> 4U : two & 0x0FU]);
      ++digit;
    }
  }
}

bool read_message_ids(byte_reader& in, columns& c) {
  c.message_ids.reserve(c.entries.size() * journal_batch::longest_message_id);  // the views into it must stay good
  std::string_view last;
  for (std::size_t i = 0; i < c.entries.size(); ++i) {
    if ((c.flags[i] & has_message_id) == 0) continue;
    const std::uint8_t first = in.octet();
    const std::uint8_t second = in.octet();
    const std::size_t shared = first & ~hyphenated, length = second & ~packed;
    const std::string_view hyphens = (first & hyphenated) != 0 ? in.octets_of(in.octet()) : std::string_view();
    if (in.failed() || shared > last.size() || shared + length > journal_batch::longest_message_id ||
        hyphens.size() > length)
      return false;
    const bool hexadecimal = (second & packed) != 0;
    const std::string_view octets = in.octets_of(hexadecimal ? (length - hyphens.size() + 1) / 2 : length);
    if (in.failed()) return false;
    const std::size_t begin = c.message_ids.size();
    c.message_ids.append(last.substr(0, shared));
    hexadecimal ? append_unpacked(c.message_ids, octets, hyphens, length) : void(c.message_ids.append(octets));
    last = c.entries[i].message_id = std::string_view(c.message_ids).substr(begin);
  }
  return true;
}

bool read_columns(byte_reader& in, const head& h, columns& c) {
  c.entries.resize(h.count);
  c.flags.resize(h.count);
  if (!read_times(in, h, c) || !read_origins(in, h, c)) return false;
  for (std::size_t i = 0; i < h.count; ++i) {
    journal_entry& e = c.entries[i];
    (c.flags[i] & has_destination) != 0 ? void(e.destination = in.text()) : void(e.who.digits = in.varint());
  }
  for (std::size_t i = 0; i < h.count; ++i) {
    if ((c.flags[i] & has_event) != 0) c.entries[i].event = in.varint();
  }
  for (std::size_t i = 0; i < h.count; ++i) {
    if ((c.flags[i] & has_status) != 0) c.entries[i].command_status = static_cast<std::uint32_t>(in.varint());
  }
  return read_message_ids(in, c) && in.complete();
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

encoded_block encode_block(const journal_batch& lines, std::size_t first, std::size_t count,
                           std::uint64_t first_position, const journal_texts& texts, const renumbering& known_as) {
  journal_columns columns(count);
  for (std::size_t i = first; i < first + count; ++i) {
    journal_line l = lines[i];
    std::string shown;
    if (known_as && !l.destination.empty()) l.destination = shown = known_as.shown(l.destination);
    columns.add(l, known_as ? known_as(l.who) : l.who);
  }
  return placed(columns.take(texts), first_position);
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

journal_batch lines_of(const unplaced_block& b, journal_texts& texts) {
  journal_batch lines;
  add_lines(placed(b, 1).block, lines, texts);
  return lines;
}

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
