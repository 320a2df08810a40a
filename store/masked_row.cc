#include "store/masked_row.h"

#include <algorithm>

#include "store/number_in_text.h"
#include "store/telling_digits.h"

namespace store {
namespace {

std::string cell(const std::string& field) {
  return field.find_first_of(",\"\r\n") == std::string::npos ? field : as_csv_field(field);
}

std::string masked_cells(const csv_row& row, const import_header& h, const numbering_plan& plan) {
  const auto at = std::ranges::find(h.columns, &entry::number) - h.columns.begin();
  const auto number_at = static_cast<std::size_t>(at);
  const auto who = read_number(row.fields[number_at], number_kind::unknown, plan);
  std::string text;
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    const std::string& field = row.fields[i];
    const bool tells_it = i == number_at || (who && tells(field, *who));
    text += (i == 0 ? "" : ",") + cell(tells_it ? without_digits(field) : without_numbers(field));
  }
  return text;
}

// What is within the quotation marks of a reason is the cell it is about.
std::string masked_quotation(const std::string& message) {
  const std::size_t first = message.find('"'), last = message.rfind('"');
  if (first == last) return message;
  return message.substr(0, first) + without_digits(message.substr(first, last - first)) + message.substr(last);
}

}  // namespace

refused_row masked(refused_row r, const import_header& h, const numbering_plan& plan) {
  const csv_row row = split_row(r.row);
  const bool has_cells = row.wrong.empty() && row.fields.size() == h.width();
  r.row = has_cells ? masked_cells(row, h, plan) : without_digits(r.row);
  for (refusal& why : r.reasons)
    why.message = why.field == "number" ? masked_quotation(why.message) : without_numbers(why.message);
  return r;
}

}  // namespace store
