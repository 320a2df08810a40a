// RFC 4180, row by row, from a stream that can be read again.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace store {

struct csv_row {
  std::uint64_t line = 0;  // of its first line, from 1
  std::string raw;         // without the line's end
  std::vector<std::string> fields;
  std::string wrong;  // why it is no row, or empty
};

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
  std::uint64_t line_ = 0;
  std::uint64_t octets_ = 0;
};

}  // namespace store
