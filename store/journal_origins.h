// Sender, system_id, verdict, reason, and what an entry has: few combinations, each named once a block.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "store/bytes.h"
#include "store/journal_texts.h"

namespace store {

using journal_origin = std::array<text_id, 5>;

class journal_origins {
 public:
  explicit journal_origins(std::size_t most) : slots_(2 * most) {}

  // Counted from 0 in the order in which they came.
  std::uint32_t index_of(const journal_origin& o) {
    if (!all_.empty() && same(all_[last_], o)) return last_;
    std::size_t at = (o[0] * 31U + o[1] * 1031U + o[2] * 7U + o[3] + o[4] * 257U) % slots_.size();
    while (slots_[at] != 0 && !same(all_[slots_[at] - 1U], o))
      at = (at + 1) % slots_.size();
    if (slots_[at] == 0) {
      all_.push_back(o);
      slots_[at] = static_cast<std::uint16_t>(all_.size());
    }
    return last_ = slots_[at] - 1U;
  }
  void clear() {
    all_.clear();
    std::ranges::fill(slots_, std::uint16_t{0});
    last_ = 0;
  }

  // The texts they use, and which of them each has.
  std::string encoded(const journal_texts& texts) const {
    std::vector<text_id> used;
    for (const journal_origin& o : all_)
      used.insert(used.end(), o.begin(), o.end() - 1);
    std::ranges::sort(used);
    used.erase(std::unique(used.begin(), used.end()), used.end());
    byte_writer out;
    out.varint(used.size());
    for (const text_id id : used)
      out.text(texts.text(id));
    out.varint(all_.size());
    for (const journal_origin& o : all_) {
      for (std::size_t i = 0; i < 4; ++i)
        out.varint(static_cast<std::uint64_t>(std::ranges::lower_bound(used, o[i]) - used.begin()));
      out.octet(static_cast<std::uint8_t>(o[4]));
    }
    return out.take();
  }

 private:
  // The library's comparison calls memcmp, for each message.
  static bool same(const journal_origin& a, const journal_origin& b) {
    text_id differs = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      differs |= a[i] ^ b[i];
    return differs == 0;
  }

  std::vector<journal_origin> all_;
  std::vector<std::uint16_t> slots_;  // an index into all_, plus 1; 0: free
  std::uint32_t last_ = 0;
};

}  // namespace store
