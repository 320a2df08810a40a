#include "store/rejects.h"

#include <algorithm>

namespace store {
namespace {

constexpr std::string_view line_end = "\r\n";

constexpr char harmless = '\'';

std::string safe(const std::string& field) {
  return as_csv_field(begins_a_formula(field) ? harmless + field : field);
}

// The cells as they stand in the row, the last of them or not.
std::string cells(const csv_row& row, bool drop_last) {
  const std::size_t count = row.fields.size() - (drop_last ? 1 : 0);
  const bool as_it_was = row.strict && std::ranges::none_of(row.fields, begins_a_formula);
  if (as_it_was) return drop_last ? row.raw.substr(0, row.last_field - 1) : row.raw;
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += (i == 0 ? "" : ",") + safe(row.fields[i]);
  return text;
}

std::string in_words(const refused_row& r) {
  std::string text = "line " + std::to_string(r.line) + ": ";
  for (const refusal& why : r.reasons) {
    if (&why != &r.reasons.front()) text += "; ";
    text += why.field + ": " + why.message;
  }
  return text;
}

}  // namespace

rejects::rejects(std::string_view header) {
  const std::string_view mark = header.starts_with(byte_order_mark) ? byte_order_mark : "";
  header.remove_prefix(mark.size());
  const csv_row row = split_row(header);
  had_reason_ = row.fields.size() > 1 && row.fields.back() == reason_column;
  width_ = row.fields.size() - (had_reason_ ? 1 : 0);
  header_ = std::string(mark) + cells(row, had_reason_);
}

std::string rejects::header() const {
  return header_ + "," + std::string(reason_column) + std::string(line_end);
}

std::string rejects::line(const refused_row& r) const {
  std::string text;
  const bool is_row = r.reasons.empty() || r.reasons.front().field != "row";
  const csv_row row = split_row(r.row);
  if (is_row && row.fields.size() == width_ + (had_reason_ ? 1 : 0))
    text = cells(row, had_reason_);
  else
    text = safe(r.row) + std::string(width_ - 1, ',');
  return text + "," + as_csv_field(in_words(r)) + std::string(line_end);
}

std::string as_it_was_sent(std::string field) {
  if (field.size() > 1 && field.front() == harmless && begins_a_formula(std::string_view(field).substr(1)))
    field.erase(0, 1);
  return field;
}

}  // namespace store
