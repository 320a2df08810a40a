// Rows for people to read: columns as wide as their widest cell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proxy {

using table_row = std::vector<std::string>;

// A line for the header and one for each row, each indented by two spaces. Columns in which no row has anything are
// left out. Control characters are replaced, so that a cell cannot write over another on a terminal.
std::string table(const table_row& header, const std::vector<table_row>& rows);

// As the cells of a table are shown.
std::string printable(std::string_view text);
// The same for a text of several lines.
std::string printable_lines(std::string_view text);
// A number of an answer as people write it; what stands for one (hash:...) as it is.
std::string with_plus(std::string_view number);

}  // namespace proxy
