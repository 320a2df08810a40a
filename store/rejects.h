// The refused rows of a CSV file as a file that can be sent back to who made it: the same header and the same cells,
// and behind them a column `reason` that says what is wrong with the row. It can be corrected and imported again: an
// import passes over that column.
#pragma once

#include <string>
#include <string_view>

#include "store/import_header.h"

namespace store {

struct refused_row {
  std::uint64_t line = 0;  // in the file, from 1; of the row's first line
  std::string row;         // as it was
  std::vector<refusal> reasons;
};

class rejects {
 public:
  // The header line as it was, its byte order mark included. When it has a column `reason` already, that is written
  // anew.
  explicit rejects(std::string_view header);

  // Lines of RFC 4180, with their ends. A row keeps its octets, but a cell that needs quotes and has none gets
  // them, and one that a spreadsheet would take for a formula gets an apostrophe in front, which an import takes away
  // again. A row that is none, having too few fields for instance, stands as a whole in the first cell, with all other
  // cells empty: no guess is made at what belongs where, and none is taken when it comes back as it is. The reason
  // begins with a word of ours, and so is no formula.
  std::string header() const;
  std::string line(const refused_row& r) const;

 private:
  std::string header_;
  bool had_reason_ = false;
  std::size_t width_ = 0;  // of the supplier's cells
};

// A cell of such a file without the apostrophe that made it harmless.
std::string as_it_was_sent(std::string field);

}  // namespace store
