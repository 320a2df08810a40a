#include "store/import_figures.h"

#include <cstring>

namespace store {
namespace {

// The row's own line, or nothing when there are lines enough.
template <typename Key, typename Value>
Value* line_of(std::map<Key, Value>& lines, const Key& key) {
  if (const auto found = lines.find(key); found != lines.end()) return &found->second;
  return lines.size() < import_figures::most_listed ? &lines[key] : nullptr;
}

std::uint64_t& counter_of(row_counts& c, const counted_row& r) {
  if (r.kind == event_kind::opt_out) return c.opt_outs;
  if (r.kind == event_kind::reassigned) return c.reassignments;
  switch (r.amounts_to) {
    case standing::opted_out:
      return c.opted_out;
    case standing::source_recalled:
      return c.source_recalled;
    case standing::consent_expired:
      return c.consent_expired;
    case standing::no_consent:
      return c.number_reassigned;
    case standing::allowed:
      break;
  }
  return c.effective_opt_ins;
}

void count_in(row_counts& c, const counted_row& r, row_verdict v) {
  ++c.rows;
  if (v == row_verdict::refused) {
    ++c.refused;
  } else if (v == row_verdict::unchanged) {
    ++c.unchanged;
  } else {
    ++c.taken;
    ++counter_of(c, r);
  }
}

}  // namespace

void import_figures::count(const counted_row& r, row_verdict v) {
  count_in(all, r, v);
  if (row_counts* own = line_of(sources, source_name{r.source, r.source_kind}))
    count_in(*own, r, v);
  else
    ++rows_of_other_sources;
}

void import_figures::count(const std::vector<refusal>& why) {
  for (const refusal& r : why)
    ++reasons[{r.field, r.kind}];  // there are as many as there are checks
}

void import_figures::count_not_configured(const scope& s) {
  if (std::uint64_t* rows = line_of(scopes_not_configured, to_string(s)))
    ++*rows;
  else
    ++rows_of_other_scopes_not_configured;
}

std::size_t seen_rows::hash::operator()(const identity& i) const {
  std::size_t part = 0;  // of a digest: any will do
  std::memcpy(&part, i.data(), sizeof part);
  return part;
}

void seen_rows::add(const identity& i) {
  if (seen_.size() < limit_)
    seen_.insert(i);
  else
    exact_ = false;
}

}  // namespace store
