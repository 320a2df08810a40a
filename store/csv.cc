#include "store/csv.h"

namespace store {
namespace {

enum class state { at_field, in_plain, in_quotes, after_quote };

// Splits a row as far as it goes. Returns false while a quote is open.
bool split(const std::string& text, csv_row& row) {
  row.fields.assign(1, "");
  row.wrong.clear();
  state s = state::at_field;
  for (const char c : text) {
    std::string& field = row.fields.back();
    if (s == state::in_quotes) {
      c == '"' ? void(s = state::after_quote) : field.push_back(c);
    } else if (c == ',') {
      row.fields.emplace_back();
      s = state::at_field;
    } else if (c == '"' && s == state::at_field) {
      s = state::in_quotes;
    } else if (c == '"' && s == state::after_quote) {
      field.push_back('"');
      s = state::in_quotes;
    } else {
      if (s == state::after_quote) row.wrong = "text after a closing quote: double the quotes inside a field";
      field.push_back(c);
      s = state::in_plain;
    }
  }
  return s != state::in_quotes;
}

}  // namespace

bool csv_reader::read_line(std::string& line) {
  if (!std::getline(in_, line)) return false;
  octets_ += line.size() + (in_.eof() ? 0 : 1);
  ++line_;
  return true;
}

std::optional<csv_row> csv_reader::next() {
  csv_row row;
  std::string line;
  do {
    if (!read_line(line)) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
  } while (line.empty());
  row.line = line_;
  row.raw = line;
  if (split(row.raw, row)) return row;

  const std::streampos after_first = in_.eof() ? std::streampos(-1) : in_.tellg();
  const std::uint64_t octets = octets_;
  while (row.raw.size() <= longest_row && read_line(line)) {
    row.raw += '\n' + line;
    if (row.raw.ends_with('\r') && split(row.raw.substr(0, row.raw.size() - 1), row)) row.raw.pop_back();
    if (!split(row.raw, row)) continue;
    if (row.wrong.empty()) return row;
    break;  // the quote that closed it belongs to another row
  }
  row.wrong = "a quote is opened and never closed";
  row.raw = row.raw.substr(0, row.raw.find('\n'));
  in_.clear();
  if (after_first == std::streampos(-1)) {
    in_.seekg(0, std::ios::end);
    in_.setstate(std::ios::eofbit);
  } else {
    in_.seekg(after_first);
  }
  line_ = row.line;
  octets_ = octets;
  return row;
}

}  // namespace store
