#include "store/journal_block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "store/bytes.h"

namespace store {
namespace {

constexpr std::uint8_t version = 1;

// What an entry has, in one octet.
constexpr std::uint8_t has_destination = 1;
constexpr std::uint8_t has_event = 2;
constexpr std::uint8_t has_answer = 4;
constexpr std::uint8_t has_status = 8;  // a command_status other than 0
constexpr std::uint8_t has_message_id = 16;
constexpr std::uint8_t all_flags = 31;

// Most octets of an entry besides its texts: four varints of 64 bits (time, how many more have it, number, event), two
// of 32 (origin, command_status), the lengths of two texts, and three about the message_id.
constexpr std::size_t most_octets = 4 * 10 + 2 * 5 + 2 + 3;
constexpr std::size_t slack = 8;  // written beyond the end and taken back

constexpr std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}
std::int64_t microseconds(instant t) {
  return t.time_since_epoch().count();
}

// In the octets before a message_id.
constexpr std::uint8_t hyphenated = 0x80;  // with what it shares: how many hyphens, and where
constexpr std::uint8_t packed = 0x80;      // with its length: two hexadecimal digits an octet

constexpr std::uint64_t each_octet(std::uint8_t value) {
  return value * 0x0101010101010101U;
}

// Eight digits of 0 to 15, each in an octet, as 0-9a-f. (Of 10 and more, 6 more have the fifth bit.)
constexpr std::uint64_t as_characters(std::uint64_t digits) {
  const std::uint64_t letters = (digits + each_octet(6)) >> 4U & each_octet(1);
  return digits + each_octet('0') + letters * ('a' - '0' - 10);
}

static_assert(std::endian::native == std::endian::little, "eight characters are read as one number");

// A byte_writer for the path of every message: it is given its room beforehand.
class column_writer {
 public:
  explicit column_writer(std::size_t room) : out_(room, '\0'), at_(out_.data()) {}
  void octet(std::uint8_t value) { *at_++ = static_cast<char>(value); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      octet(static_cast<std::uint8_t>(value | 0x80));
    octet(static_cast<std::uint8_t>(value));
  }
  void octets(std::string_view value) {
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }
  // What a message_id has beyond what it shares with the one before. Many are hexadecimal, with hyphens or without:
  // those take half the octets.
  void message_id(std::size_t shared, std::string_view rest) {
    char* const begin = at_;
    std::array<char, journal_batch::longest_message_id + 8> digits;  // eight can be read where one is
    std::size_t count = 0, hyphens = 0;
    at_ += 3;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == '-') {
        octet(static_cast<std::uint8_t>(i));
        ++hyphens;
      } else {
        digits[count++] = rest[i];
      }
    }
    std::memcpy(digits.data() + count, "00000000", 8);
    if (hyphens == 0) --at_;
    begin[0] = static_cast<char>(hyphens == 0 ? shared : shared | hyphenated);
    begin[1] = static_cast<char>(rest.size() | packed);
    if (hyphens != 0) begin[2] = static_cast<char>(hyphens);
    if (!rest.empty() && hexadecimal(digits.data(), count)) return;
    begin[0] = static_cast<char>(shared);
    begin[1] = static_cast<char>(rest.size());
    at_ = begin + 2;
    octets(rest);
  }
  std::string take() {
    out_.resize(static_cast<std::size_t>(at_ - out_.data()));
    return std::move(out_);
  }

 private:
  // Two digits an octet; false when they are not all 0-9a-f.
  bool hexadecimal(const char* value, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 8, at_ += 4) {
      std::uint64_t characters = 0;
      std::memcpy(&characters, value + i, 8);
      const std::uint64_t digits = (characters & each_octet(0x0F)) + (characters >> 6U & each_octet(0x01)) * 9;
      if ((digits & each_octet(0xF0)) != 0 || as_characters(digits) != characters) return false;
      for (unsigned j = 0; j < 4; ++j)
        at_[j] = static_cast<char>(digits >> (16 * j) << 4U | (digits >> (16 * j + 8) & 0x0FU));
    }
    if (count % 8 != 0) at_ -= 4 - (count % 8 + 1) / 2;
    return true;
  }

  std::string out_;
  char* at_;
};

// Sender, system_id, verdict, reason, and what an entry has: few combinations, each named once a block.
using origin = std::array<text_id, 5>;

class origins {
 public:
  origins() { slots_.fill(0); }

  std::uint32_t index_of(const origin& o) {
    if (!all_.empty() && all_[last_] == o) return last_;
    std::size_t at = (o[0] * 31U + o[1] * 1031U + o[2] * 7U + o[3] + o[4] * 257U) % slots_.size();
    while (slots_[at] != 0 && all_[slots_[at] - 1U] != o)
      at = (at + 1) % slots_.size();
    if (slots_[at] == 0) {
      all_.push_back(o);
      slots_[at] = static_cast<std::uint16_t>(all_.size());
    }
    return last_ = slots_[at] - 1U;
  }
  const std::vector<origin>& all() const { return all_; }

 private:
  std::vector<origin> all_;
  std::array<std::uint16_t, 2 * most_in_block> slots_;  // an index into all_, plus 1; 0: free
  std::uint32_t last_ = 0;
};

std::uint8_t flags_of(const journal_line& l) {
  return static_cast<std::uint8_t>(
      (l.destination.empty() ? 0 : has_destination) | (l.event == 0 ? 0 : has_event) | (l.answered ? has_answer : 0) |
      (l.answered && l.command_status != 0 ? has_status : 0) | (l.message_id.empty() ? 0 : has_message_id));
}

origin origin_of(const journal_line& l) {
  return {l.sender, l.system_id, l.verdict, l.reason, flags_of(l)};
}

std::string encode_origins(const std::vector<origin>& all, const journal_texts& texts) {
  std::vector<text_id> used;
  for (const origin& o : all)
    used.insert(used.end(), o.begin(), o.end() - 1);
  std::ranges::sort(used);
  used.erase(std::unique(used.begin(), used.end()), used.end());
  byte_writer out;
  out.varint(used.size());
  for (const text_id id : used)
    out.text(texts.text(id));
  out.varint(all.size());
  for (const origin& o : all) {
    for (std::size_t i = 0; i < 4; ++i)
      out.varint(static_cast<std::uint64_t>(std::ranges::lower_bound(used, o[i]) - used.begin()));
    out.octet(static_cast<std::uint8_t>(o[4]));
  }
  return out.take();
}

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t length = 0;
  for (; length + 8 <= most; length += 8) {
    std::uint64_t of_a = 0, of_b = 0;
    std::memcpy(&of_a, a.data() + length, 8);
    std::memcpy(&of_b, b.data() + length, 8);
    if (of_a != of_b) break;
  }
  while (length < most && a[length] == b[length])
    ++length;
  return length;
}

}  // namespace

encoded_block encode_block(const journal_batch& lines, std::size_t first, std::size_t count,
                           std::uint64_t first_position, const journal_texts& texts, const renumbering& known_as) {
  const std::size_t end = first + count;
  block_summary summary{first_position, count, lines[first].at, lines[first].at};
  std::vector<number> known(count);
  std::vector<bool> tells_number;  // its message_id, of a person who was erased
  for (std::size_t i = 0; i < count; ++i) {
    const journal_line l = lines[first + i];
    known[i] = known_as ? known_as(l.who) : l.who;
    if (known[i] == l.who || !tells(l.message_id, l.who)) continue;
    tells_number.resize(count);
    tells_number[i] = true;
  }
  const auto line = [&](std::size_t i) {
    journal_line l = lines[i];
    if (!tells_number.empty() && tells_number[i - first]) l.message_id = {};
    return l;
  };
  std::vector<std::uint64_t> hashes;
  hashes.reserve(2 * count);
  origins used;
  column_writer out(count * most_octets + lines.text_octets(first, count) + slack);

  // What was read together was decided at one moment: the moments, and how many entries each has.
  instant before = lines[first].at;
  for (std::size_t i = first, next = first; i < end; i = next) {
    const instant at = lines[i].at;
    while (next < end && lines[next].at == at)
      ++next;
    out.varint(zigzag(microseconds(at) - microseconds(before)));
    out.varint(next - i - 1);
    summary.earliest = std::min(summary.earliest, at);
    summary.latest = std::max(summary.latest, at);
    before = at;
  }
  for (std::size_t i = first; i < end; ++i)
    out.varint(used.index_of(origin_of(line(i))));
  for (std::size_t i = first; i < end; ++i) {
    const journal_line l = lines[i];
    if (!l.destination.empty()) {
      out.octet(static_cast<std::uint8_t>(l.destination.size()));
      out.octets(l.destination);
    } else {
      const number who = known[i - first];
      out.varint(who.digits);
      hashes.push_back(journal_hash(who));
    }
  }
  for (std::size_t i = first; i < end; ++i) {
    if (lines[i].event != 0) out.varint(lines[i].event);
  }
  for (std::size_t i = first; i < end; ++i) {
    if (lines[i].answered && lines[i].command_status != 0) out.varint(lines[i].command_status);
  }
  std::string_view last_id;
  for (std::size_t i = first; i < end; ++i) {
    const std::string_view message_id = line(i).message_id;
    if (message_id.empty()) continue;
    const std::size_t shared = shared_prefix(last_id, message_id);
    out.message_id(shared, message_id.substr(shared));
    hashes.push_back(journal_hash(message_id));
    last_id = message_id;
  }

  byte_writer head;
  head.octet(version);
  head.varint(first_position);
  head.varint(count);
  head.fixed64(static_cast<std::uint64_t>(microseconds(lines[first].at)));
  encoded_block encoded{head.take() + encode_origins(used.all(), texts) + out.take(), {}};
  encoded.filter = encode_filter(summary, hashes);
  return encoded;
}

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

std::optional<encoded_block> renumber_block(std::string_view block, const renumbering& known_as) {
  journal_texts texts;
  journal_batch lines;
  std::uint64_t first_position = 0;
  const bool whole = decode_block(block, [&](const journal_entry& e) {
    if (lines.empty()) first_position = e.position;
    lines.add({e, texts.intern(e.sender), texts.intern(e.system_id), texts.intern(e.verdict), texts.intern(e.reason)});
    return true;
  });
  if (!whole || lines.empty()) return std::nullopt;
  return encode_block(lines, 0, lines.size(), first_position, texts, known_as);
}

}  // namespace store
