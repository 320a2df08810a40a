#include "store/journal_tail.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace store {

std::size_t journal_tail::on_disk() const {
  return std::accumulate(pieces_.begin(), pieces_.end(), std::size_t{0},
                         [](std::size_t sum, const piece& p) { return sum + p.count; });
}

std::uint64_t journal_tail::next_key(instant now) {
  return last_key_ = std::max(last_key_ + 1, static_cast<std::uint64_t>(now.time_since_epoch().count()));
}

void journal_tail::add(journal_columns full) {
  for (std::size_t first = 0; first < lines_.size();) {
    journal_columns before;
    for (; first < lines_.size() && !before.full(); ++first)
      before.add(lines_[first]);
    closed_.push_back(std::move(before));
  }
  for (const piece& p : pieces_)
    replaced_.push_back(p.key);
  pieces_.clear();
  lines_.clear();
  closed_.push_back(std::move(full));
}

journal_changes journal_tail::plan(instant now, bool all, const journal_texts& texts, const renumbering& known_as) {
  journal_changes c;
  planned_full_ = 0;
  planned_closed_ = 0;
  planned_pieces_ = pieces_;
  c.gone = replaced_;
  for (const journal_columns& b : closed_) {
    const std::uint64_t first = first_position_ + planned_closed_;
    c.put.push_back(
        {next_key(now), known_as ? encode_block(b.renumbered(known_as), first, texts) : encode_block(b, first, texts)});
    planned_closed_ += b.size();
  }
  const auto put = [&](std::size_t first, std::size_t count) {
    const std::uint64_t key = next_key(now);
    c.put.push_back(
        {key, encode_block(lines_, first, count, first_position_ + planned_closed_ + first, texts, known_as)});
    return key;
  };
  const auto take_back = [&] {
    c.gone.push_back(planned_pieces_.back().key);
    planned_pieces_.pop_back();
  };

  const bool old = !pieces_.empty() && (now - pieces_.front().since >= longest_span || now < pieces_.front().since);
  while (lines_.size() - planned_full_ >= most_in_block || (old && planned_full_ < lines_.size())) {
    const std::size_t count = std::min(most_in_block, lines_.size() - planned_full_);
    while (!planned_pieces_.empty())
      take_back();
    put(planned_full_, count);
    planned_full_ += count;
  }

  std::size_t covered = planned_full_;
  for (const piece& p : planned_pieces_)
    covered += p.count;
  if (!all || covered == lines_.size()) return c;
  // As carrying in a binary counter: each line is written again at most once for each doubling.
  piece p{0, lines_.size() - covered, now};
  while (!planned_pieces_.empty() && planned_pieces_.back().count < 2 * p.count) {
    p.count += planned_pieces_.back().count;
    p.since = planned_pieces_.back().since;
    take_back();
  }
  p.key = put(lines_.size() - p.count, p.count);
  planned_pieces_.push_back(p);
  return c;
}

std::vector<journal_columns> journal_tail::written() {
  replaced_.clear();
  lines_.drop_front(planned_full_);
  first_position_ += planned_closed_ + planned_full_;
  planned_closed_ = 0;
  pieces_ = std::move(planned_pieces_);
  for (journal_columns& b : closed_)
    b.clear();
  return std::exchange(closed_, {});
}

}  // namespace store
