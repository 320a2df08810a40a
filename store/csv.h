// RFC 4180, row by row, from a stream that can be read again.
#pragma once

#include <array>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store {

struct csv_row {
  std::uint64_t line = 0;  // of its first line, from 1
  std::string raw;         // without the line's end
  std::vector<std::string> fields;
  std::size_t last_field = 0;  // where in `raw` its last field begins
  bool strict = true;          // false: a field without quotes around it holds one, or a carriage return
  bool ended = true;           // false: the file ends with it, without a line's end
  std::string wrong;           // why it is no row, or empty
  std::string_view kind;       // of what is wrong: too_long, unclosed_quote, misplaced_quote
};

// A row that is held whole in memory.
csv_row split_row(std::string_view raw);
// The text as one field: within quotes, those inside doubled.
std::string as_csv_field(std::string_view text);
// A spreadsheet would take the field for a formula. A number as people write it, +33 6 12 34 56 78, is harmless.
bool begins_a_formula(std::string_view field);

class csv_reader {
 public:
  // A row may hold at most this many octets: beyond it a quote or a line's end is missing.
  static constexpr std::size_t longest_row = std::size_t{64} * 1024;

  explicit csv_reader(std::istream& in) : in_(in) {}

  // The next row, or nothing at the end. Empty lines are passed over. After a row with a quote that is never closed,
  // reading goes on with the line after the one where that row began.
  std::optional<csv_row> next();
  std::uint64_t octets_read() const { return octets_; }

 private:
  bool read_line(std::string& line);
  csv_row give_up(csv_row row, std::streampos after_first, std::uint64_t octets);

  std::istream& in_;
  std::array<char, 4096> piece_;
  std::uint64_t line_ = 0;
  std::uint64_t octets_ = 0;
  std::size_t width_ = 1;  // of the row before
};

}  // namespace store
