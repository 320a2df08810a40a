// What is asked of a file as a whole before one of its rows is taken: its encoding, and a header line that names the
// fields.
#pragma once

#include <istream>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "store/csv.h"
#include "store/entry.h"
#include "store/failure.h"

namespace store {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Reads the stream to its end. A failure names the line that is not UTF-8, or what the file is instead.
std::optional<failure> check_encoding(std::istream& csv);

// Back to the first line; whether a byte order mark stands before it, which is passed over.
bool rewind_to_text(std::istream& csv);

// Which fields a file may have, and which it must.
struct import_columns {
  std::vector<std::string_view> known;
  std::vector<std::string_view> needed;
};
// Of events: every field of an entry. Of a registry of reassigned numbers: number, occurred_at, source, evidence.
const import_columns& columns_of_events();
const import_columns& columns_of_reassigned();

struct import_header {
  std::vector<std::string entry::*> columns;
  bool has_reason = false;  // the last column is `reason`, as in a file of refused rows: it is passed over

  std::size_t width() const { return columns.size() + (has_reason ? 1 : 0); }
};
inline constexpr std::string_view reason_column = "reason";

std::variant<import_header, failure> read_header(const std::optional<csv_row>& first, const import_columns& c);

}  // namespace store
