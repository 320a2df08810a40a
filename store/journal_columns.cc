#include "store/journal_columns.h"

#include <algorithm>

#include "store/telling_digits.h"

namespace store {
namespace {

constexpr std::size_t usual_message_id = 24;
constexpr std::size_t beyond_room = journal_batch::longest_message_id + journal_columns::slack;

}  // namespace

journal_columns::journal_columns(std::size_t most)
    : most_(most),
      origins_(most),
      origin_of_each_(std::make_unique_for_overwrite<std::uint16_t[]>(most)),
      numbers_(std::make_unique_for_overwrite<std::uint64_t[]>(most)),
      events_(std::make_unique_for_overwrite<std::uint64_t[]>(most)),
      message_ids_room_(most * usual_message_id) {
  message_ids_ = std::make_unique<char[]>(message_ids_room_ + beyond_room);
  moments_.reserve(most / 4);
}

void journal_columns::begin_moment(instant at) {
  moments_.push_back({at, static_cast<std::uint32_t>(count_ - 1)});
  latest_ = at;
}

void journal_columns::make_room() {
  message_ids_room_ *= 2;
  auto larger = std::make_unique<char[]>(message_ids_room_ + beyond_room);
  std::memcpy(larger.get(), message_ids_.get(), message_ids_end_);
  message_ids_ = std::move(larger);
}

void journal_columns::add_unreadable(std::string_view destination) {
  destinations_.emplace_back(destination.substr(0, journal_batch::longest_destination));
  numbers_[count_ - 1] = count_ == 1 ? 0 : numbers_[count_ - 2];
}

template <class Visit>
void journal_columns::each_line(Visit visit) const {
  const char* message_id = message_ids_.get();
  std::size_t when = 0, destination = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (when + 1 < moments_.size() && moments_[when + 1].first == i) ++when;
    const journal_origin& o = origins_.all()[origin_of_each_[i]];
    journal_line l;
    l.at = moments_[when].at;
    l.event = events_[i];
    l.answered = (o.flags & block_layout::has_answer) != 0;
    l.command_status = o.command_status;
    l.message_id = {message_id, o.message_id_length};
    l.sender = o.sender;
    l.system_id = o.system_id;
    l.verdict = o.verdict;
    l.reason = o.reason;
    if ((o.flags & block_layout::has_destination) != 0) {
      l.destination = destinations_[destination++];
    } else {
      l.who = {numbers_[i]};
    }
    visit(l);
    message_id += o.message_id_length;
  }
}

void journal_columns::append_to(journal_batch& lines) const {
  each_line([&](const journal_line& l) { lines.add(l); });
}

journal_columns journal_columns::renumbered(const renumbering& known_as) const {
  journal_columns all(most_);
  each_line([&](journal_line l) {
    const number kept_as = known_as(l.who);
    if (kept_as != l.who && tells(l.message_id, l.who)) l.message_id = {};
    l.who = kept_as;
    std::string shown;
    if (!l.destination.empty()) l.destination = shown = known_as.shown(l.destination);
    all.add(l);
  });
  return all;
}

void journal_columns::clear() {
  count_ = message_ids_end_ = 0;
  moments_.clear();
  origins_.clear();
  destinations_.clear();
}

}  // namespace store
