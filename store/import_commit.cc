#include "store/import_commit.h"

namespace store {
namespace {

constexpr std::size_t looked_ahead = 16;  // so many are on their way from memory

}  // namespace

std::optional<failure> import_commit::prepare() {
  look_at_numbers();
  if (auto why = find_known()) return why;
  give_places();
  return make_states();
}

void import_commit::look_at_numbers() {
  const std::span<import_row> rows = slice_.rows;
  in_index_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + looked_ahead < rows.size()) known_.facts.expect(rows[i + looked_ahead].who);
    import_row& r = rows[i];
    if (const number kept_as = known_.who.of(r.who); kept_as != r.who) slice_.batch->renumber(r, kept_as);
    in_index_[i] = known_.facts.contains(r.who);
  }
}

// A row was recorded before only if something is known of its number. That does not hold for a number whose events were
// all corrected, nor for one that was read by another numbering plan then.
std::optional<failure> import_commit::find_known() {
  const import_row* earlier = nullptr;
  for (const std::uint32_t i : slice_.by_identity) {
    import_row& r = slice_.rows[i];
    if (earlier != nullptr && earlier->identity == r.identity) {
      r.already_known = true;
      continue;
    }
    earlier = &r;
    if (!in_index_[i] && r.tells_number && known_.corrected.empty()) continue;
    const auto found = ledger_.find_identity(r.identity);
    if (const auto* why = std::get_if<failure>(&found)) return *why;
    const auto sequence = std::get<std::optional<std::uint64_t>>(found);
    r.already_known = sequence.has_value();
    r.what.sequence = sequence.value_or(0);
  }
  return std::nullopt;
}

void import_commit::give_places() {
  std::uint64_t last = ledger_.head().sequence;
  for (import_row& r : slice_.rows) {
    if (r.already_known) continue;
    r.what.sequence = ++last;
    r.id = known_.ids.next(changes_.recorded_at);
  }
  const import_row* earlier = nullptr;  // of rows that are there twice, the one that has the place
  for (const std::uint32_t i : slice_.by_identity) {
    import_row& r = slice_.rows[i];
    if (earlier != nullptr && earlier->identity == r.identity)
      r.what.sequence = earlier->what.sequence;
    else
      earlier = &r;
  }
}

// What is on disk of a number is read there: the index may hold what is not on disk.
std::optional<failure> import_commit::make_states() {
  std::vector<fact> known;
  for (std::size_t i = 0; i < slice_.by_number.size();) {
    const number who = slice_.rows[slice_.by_number[i]].who;
    known.clear();
    if (in_index_[slice_.by_number[i]]) {
      auto on_disk = ledger_.state(who);
      if (auto* why = std::get_if<failure>(&on_disk)) return *why;
      known = std::move(std::get<std::vector<fact>>(on_disk));
    }
    bool changed = false;
    for (; i < slice_.by_number.size() && slice_.rows[slice_.by_number[i]].who == who; ++i) {
      const import_row& r = slice_.rows[slice_.by_number[i]];
      if (!r.already_known) changed |= merge(known, r.what);
    }
    if (!changed) continue;
    changes_.states.push_back({who, changes_.facts.size(), known.size()});
    changes_.facts.insert(changes_.facts.end(), known.begin(), known.end());
  }
  changes_.names = known_.names.unsaved();
  return std::nullopt;
}

void import_commit::apply() {
  known_.names.saved(changes_.names);
  const std::span<const import_row> rows = slice_.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + looked_ahead < rows.size()) known_.facts.expect(rows[i + looked_ahead].who);
    if (!rows[i].already_known) known_.facts.merge(rows[i].who, rows[i].what);
  }
}

}  // namespace store
