#include "store/journal_message_ids.h"

#include <array>
#include <bit>
#include <cstring>

#include "store/journal_column.h"
#include "store/journal_entry.h"
#include "store/journal_layout.h"

namespace store {

using namespace block_layout;

namespace {

constexpr std::size_t longest = journal_batch::longest_message_id;

typedef std::uint8_t octets16 __attribute__((vector_size(16)));
typedef std::uint16_t pairs16 __attribute__((vector_size(16)));
typedef std::uint8_t octets8 __attribute__((vector_size(8)));

octets16 sixteen(const char* from) {
  octets16 value;
  std::memcpy(&value, from, 16);
  return value;
}

// Up to sixteen places, of which the first and the last are not the same in all.
struct piece {
  std::uint8_t at = 0, length = 0;
  octets16 varying{};  // all bits of the places that are not

  std::size_t octets(std::uint8_t how) const { return how == as_halves ? (length + 1U) / 2 : length; }
};

class pieces {
 public:
  // A bit for each place that is not the same in all, the first the lowest.
  explicit pieces(std::uint64_t varying) {
    while (varying != 0) {
      piece& p = all_[count_++];
      p.at = static_cast<std::uint8_t>(std::countr_zero(varying));
      const std::uint64_t here = varying >> p.at & 0xFFFFU;
      p.length = static_cast<std::uint8_t>(std::bit_width(here));
      for (std::size_t i = 0; i < 16; ++i)
        p.varying[i] = (here >> i & 1U) != 0 ? 0xFF : 0;
      varying &= ~(std::uint64_t{0xFFFF} << p.at);
    }
  }
  std::span<const piece> all() const { return {all_.data(), count_}; }
  // Of one message_id.
  std::size_t octets(std::uint8_t how) const {
    std::size_t sum = 0;
    for (const piece& p : all())
      sum += p.octets(how);
    return sum;
  }

 private:
  std::array<piece, longest / 16> all_;
  std::size_t count_ = 0;
};

// The places that differ from the first in any.
std::uint64_t varying_in(const char* octets, std::span<const std::uint32_t> at, std::size_t length) {
  std::uint64_t varying = 0;
  for (std::size_t place = 0; place < length; place += 16) {
    const octets16 first = sixteen(octets + at[0] + place);
    octets16 differs{};
    for (const std::uint32_t one : at)
      differs |= sixteen(octets + one + place) ^ first;
    for (std::size_t i = 0; i < 16 && place + i < length; ++i)
      if (differs[i] != 0) varying |= std::uint64_t{1} << (place + i);
  }
  return varying;
}

// False, with what was written of no use, when they are not all 0-9a-f.
bool put_halves(char* to, const char* octets, std::span<const std::uint32_t> at, std::span<const piece> rest) {
  octets16 wrong{};
  for (const std::uint32_t one : at) {
    for (const piece& p : rest) {
      const octets16 above_zero = sixteen(octets + one + p.at) - '0';
      const auto letters = reinterpret_cast<octets16>(above_zero > 9);
      const octets16 values = above_zero - (letters & ('a' - '0' - 10));
      wrong |= ((values & 0xF0) | (letters & reinterpret_cast<octets16>(values < 10))) & p.varying;
      const auto pairs = reinterpret_cast<pairs16>(values & p.varying);
      const octets8 packed = __builtin_convertvector((pairs << 4U | pairs >> 8U) & 0xFFU, octets8);
      std::memcpy(to, &packed, 8);
      to += p.octets(as_halves);
    }
  }
  return std::bit_cast<std::array<std::uint64_t, 2>>(wrong) == std::array<std::uint64_t, 2>{};
}

void put_octets(char* to, const char* octets, std::span<const std::uint32_t> at, std::span<const piece> rest) {
  for (const std::uint32_t one : at) {
    for (const piece& p : rest) {
      const octets16 all = sixteen(octets + one + p.at);
      std::memcpy(to, &all, 16);
      to += p.length;
    }
  }
}

char digit(unsigned half) {
  return "0123456789abcdef"[half & 0xFU];
}

}  // namespace

void append_message_ids(std::string& out, const char* octets, std::span<const std::uint32_t> at, std::size_t length) {
  const std::uint64_t varying = varying_in(octets, at, length);
  const pieces rest(varying);
  out.append(octets + at[0], length);
  byte_writer head;
  head.fixed64(varying);
  out += head.take();
  const std::size_t begin = out.size();
  for (const std::uint8_t how : {as_halves, as_octets}) {
    out.resize(begin);
    out.push_back(static_cast<char>(how));
    const column_room room(out, at.size() * rest.octets(how));
    if (how == as_octets) {
      put_octets(room.begin(), octets, at, rest.all());
    } else if (put_halves(room.begin(), octets, at.first(1), rest.all()) &&
               put_halves(room.begin(), octets, at, rest.all())) {
      return;
    }
  }
}

void read_message_ids(byte_reader& in, std::size_t length, std::size_t count, char* to) {
  const std::string_view first = in.octets_of(length);
  const std::uint64_t varying = in.fixed64();
  const std::uint8_t how = in.octet();
  if (length > longest || (length < 64 && varying >> length != 0) || how > as_halves) in.fail();
  if (in.failed()) return;
  const pieces rest(varying);
  std::string_view octets = in.octets_of(rest.octets(how) * count);
  if (in.failed()) return;
  for (std::size_t i = 0; i < count; ++i, to += length) {
    std::memcpy(to, first.data(), length);
    for (const piece& p : rest.all()) {
      for (std::size_t place = 0; place < p.length; ++place) {
        const auto octet = static_cast<std::uint8_t>(octets[how == as_halves ? place / 2 : place]);
        if (how == as_octets) {
          to[p.at + place] = static_cast<char>(octet);
        } else if (p.varying[place] != 0) {
          to[p.at + place] = digit(place % 2 == 0 ? octet >> 4U : octet);
        }
      }
      octets.remove_prefix(p.octets(how));
    }
  }
}

}  // namespace store
