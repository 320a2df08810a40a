// What many entries have in common: sender, system_id, verdict, reason, and what an entry has besides. Few
// combinations, each named once a block.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "store/bytes.h"
#include "store/journal_texts.h"

namespace store {

struct journal_origin {
  text_id sender = 0, system_id = 0, verdict = 0, reason = 0;
  std::uint32_t command_status = 0;
  std::uint16_t flags = 0;              // journal_layout.h, without has_status
  std::uint16_t message_id_length = 0;  // 0: none
};

class journal_origins {
 public:
  explicit journal_origins(std::size_t most) : slots_(std::bit_ceil(2 * most)) {}

  // Counted from 0 in the order in which they came. What comes after each other mostly has the same.
  std::uint16_t index_of(const journal_origin& o) {
    const auto wanted = words(o);
    if (!same(wanted, latest_words_)) find(wanted);
    return latest_;
  }
  const std::vector<journal_origin>& all() const { return all_; }
  void clear();

  // The texts they use, and what each has.
  void encode(byte_writer& out, const journal_texts& texts) const;

 private:
  using as_words = std::array<std::uint64_t, 3>;
  static constexpr as_words none{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};  // no origin has these flags
  static as_words words(const journal_origin& o) {
    return {o.sender | std::uint64_t{o.system_id} << 32U, o.verdict | std::uint64_t{o.reason} << 32U,
            o.command_status | std::uint64_t{o.flags} << 32U | std::uint64_t{o.message_id_length} << 48U};
  }
  // The library's comparison calls memcmp, for each message.
  static bool same(const as_words& a, const as_words& b) {
    return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2])) == 0;
  }

  static journal_origin origin(const as_words& w) {
    return {static_cast<text_id>(w[0]),
            static_cast<text_id>(w[0] >> 32U),
            static_cast<text_id>(w[1]),
            static_cast<text_id>(w[1] >> 32U),
            static_cast<std::uint32_t>(w[2]),
            static_cast<std::uint16_t>(w[2] >> 32U),
            static_cast<std::uint16_t>(w[2] >> 48U)};
  }
  void find(as_words wanted);

  std::vector<journal_origin> all_;
  std::vector<std::uint16_t> slots_;  // an index into all_, plus 1; 0: free
  as_words latest_words_ = none;
  std::uint16_t latest_ = 0;
};

}  // namespace store
