#include "store/consent_store_implementation.h"

namespace store {

text_id consent_store::journal_text(std::string_view text) {
  return implementation_->journal->texts.intern(text);
}

void consent_store::journal(journal_batch lines) {
  bool wake = false;
  implementation_->journal->add(std::move(lines), wake);
  if (wake) implementation_->writer->wake();
}

void consent_store::journal(journal_columns& lines) {
  if (lines.size() == 0) return;
  if (!lines.full()) {
    journal_batch few;
    lines.append_to(few);
    lines.clear();
    return journal(std::move(few));
  }
  bool wake = false;
  lines = implementation_->journal->add(std::move(lines), wake);
  if (wake) implementation_->writer->wake();
}

void consent_store::flush_journal(std::function<void()> done) {
  implementation_->journal->flush(std::move(done));
  implementation_->writer->wake();
}

void consent_store::keep_journal_for(std::chrono::seconds retention) {
  implementation_->journal->keep_for(retention);
  implementation_->writer->wake();
}

std::optional<failure> consent_store::scan_journal(const journal_query& q,
                                                   const std::function<bool(const journal_entry&)>& visit) const {
  const auto place = scan_journal(q, {}, SIZE_MAX, visit);
  const auto* why = std::get_if<failure>(&place);
  return why == nullptr ? std::nullopt : std::optional(*why);
}

// A person who was erased is found under the hash that stands for the number.
std::variant<journal_place, failure> consent_store::scan_journal(
    const journal_query& q, journal_place place, std::size_t most_blocks,
    const std::function<bool(const journal_entry&)>& visit) const {
  using result = std::variant<journal_place, failure>;
  journal_query as_kept = q;
  if (q.who) as_kept.who = kept_as(*q.who);
  return implementation_->writer->with_ledger<result>(
      [&](const ledger& l) { return search_journal(l, as_kept, place, most_blocks, visit); });
}

}  // namespace store
