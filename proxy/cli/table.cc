#include "proxy/cli/table.h"

#include <algorithm>

#include "proxy/observe/one_line.h"

namespace proxy {
namespace {

// `spared` may be shown all the same.
std::string with_blanks_for_controls(std::string_view text, char spared) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const bool high = is_high_control(text, i);
    out += (high || octet < 0x20 || octet == 0x7F) && text[i] != spared ? ' ' : text[i];
    if (high) ++i;
  }
  return out;
}

// Code points of UTF-8: near enough to the columns of a terminal.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::size_t> widths(const table_row& header, const std::vector<table_row>& rows) {
  std::vector<std::size_t> all(header.size());
  for (const table_row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      all[i] = std::max(all[i], width(printable(row[i])));
  }
  for (std::size_t i = 0; i < header.size(); ++i)
    all[i] = all[i] == 0 ? 0 : std::max(all[i], width(header[i]));
  return all;
}

std::string line(const table_row& row, const std::vector<std::size_t>& columns) {
  std::string text;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (columns[i] == 0) continue;
    const std::string cell = printable(row[i]);
    text += "  " + cell + std::string(columns[i] - width(cell), ' ');
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace

std::string printable(std::string_view text) {
  return with_blanks_for_controls(text, ' ');
}

std::string printable_lines(std::string_view text) {
  return with_blanks_for_controls(text, '\n');
}

std::string table(const table_row& header, const std::vector<table_row>& rows) {
  const std::vector<std::size_t> columns = widths(header, rows);
  std::string text = line(header, columns);
  for (const table_row& row : rows)
    text += line(row, columns);
  return text;
}

std::string with_plus(std::string_view number) {
  return (number.starts_with("hash:") ? "" : "+") + std::string(number);
}

}  // namespace proxy
