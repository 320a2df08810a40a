#include "store/journal_origins.h"

#include <algorithm>

#include "store/journal_layout.h"

namespace store {

using namespace block_layout;

void journal_origins::find(as_words wanted) {
  const std::uint64_t hash = (wanted[0] ^ std::rotl(wanted[1], 21) ^ std::rotl(wanted[2], 42)) * 0x9E3779B97F4A7C15U;
  std::size_t at = (hash >> 32U) & (slots_.size() - 1);
  while (slots_[at] != 0 && !same(words(all_[slots_[at] - 1U]), wanted))
    at = (at + 1) & (slots_.size() - 1);
  if (slots_[at] == 0) {
    all_.push_back(origin(wanted));
    slots_[at] = static_cast<std::uint16_t>(all_.size());
  }
  latest_ = static_cast<std::uint16_t>(slots_[at] - 1U);
  latest_words_ = wanted;
}

void journal_origins::clear() {
  all_.clear();
  std::ranges::fill(slots_, std::uint16_t{0});
  latest_words_ = none;
}

void journal_origins::encode(byte_writer& out, const journal_texts& texts) const {
  std::vector<text_id> used;
  for (const journal_origin& o : all_)
    used.insert(used.end(), {o.sender, o.system_id, o.verdict, o.reason});
  std::ranges::sort(used);
  used.erase(std::unique(used.begin(), used.end()), used.end());
  out.varint(used.size());
  for (const text_id id : used)
    out.text(texts.text(id));
  out.varint(all_.size());
  for (const journal_origin& o : all_) {
    for (const text_id id : {o.sender, o.system_id, o.verdict, o.reason})
      out.varint(static_cast<std::uint64_t>(std::ranges::lower_bound(used, id) - used.begin()));
    out.octet(static_cast<std::uint8_t>(o.flags | (o.command_status != 0 ? has_status : 0)));
    if (o.command_status != 0) out.varint(o.command_status);
    out.octet(static_cast<std::uint8_t>(o.message_id_length));
  }
}

}  // namespace store
