#include "store/csv.h"

namespace store {
namespace {

// Splits a row, which may go on over several lines, as its lines come.
class splitter {
 public:
  explicit splitter(csv_row& row) : row_(row) { row_.fields.assign(1, ""); }

  // False while a quote is open.
  bool add(std::string_view line) {
    for (const char c : line)
      add(c);
    return state_ != state::in_quotes;
  }
  void add_line_end() {
    row_.fields.back().push_back('\n');
    ++octets_;
  }

 private:
  enum class state { at_field, in_plain, in_quotes, after_quote };

  void add(char c) {
    std::string& field = row_.fields.back();
    ++octets_;
    if (state_ == state::in_quotes) {
      c == '"' ? void(state_ = state::after_quote) : field.push_back(c);
    } else if (c == ',') {
      row_.fields.emplace_back();
      row_.last_field = octets_;
      state_ = state::at_field;
    } else if (c == '"' && state_ == state::at_field) {
      state_ = state::in_quotes;
    } else if (c == '"' && state_ == state::after_quote) {
      field.push_back('"');
      state_ = state::in_quotes;
    } else {
      if (state_ == state::after_quote) {
        row_.wrong = "text after a closing quote: double the quotes inside a field";
        row_.kind = "misplaced_quote";
      }
      if (c == '"' || c == '\r') row_.strict = false;
      field.push_back(c);
      state_ = state::in_plain;
    }
  }

  csv_row& row_;
  state state_ = state::at_field;
  std::size_t octets_ = 0;
};

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Neither a quote nor a carriage return: its commas separate its fields, and that is all.
bool is_plain(std::string_view line) {
  return line.find('"') == std::string_view::npos && line.find('\r') == std::string_view::npos;
}

void split_plain(csv_row& row) {
  const std::string_view line = row.raw;
  for (;;) {
    const std::size_t end = line.find(',', row.last_field);
    row.fields.emplace_back(line.substr(row.last_field, end - row.last_field));
    if (end == std::string_view::npos) return;
    row.last_field = end + 1;
  }
}

// Not within a character of UTF-8.
void cut(std::string& text, std::size_t end) {
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;
  text.resize(end);
}

constexpr std::size_t shown_of_too_long = 80;

}  // namespace

csv_row split_row(std::string_view raw) {
  csv_row row;
  row.raw = raw;
  splitter fields(row);
  std::string_view rest = raw;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    fields.add(rest.substr(0, end));
    fields.add_line_end();
    rest.remove_prefix(end + 1);
  }
  if (!fields.add(rest)) {
    row.wrong = "a quote is opened and never closed";
    row.kind = "unclosed_quote";
  }
  return row;
}

bool begins_a_formula(std::string_view field) {
  const std::size_t first = field.find_first_not_of(' ');
  if (first == std::string_view::npos) return false;
  if (std::string_view("=@\t\r\n").find(field[first]) != std::string_view::npos) return true;
  const bool sign = field[first] == '+' || field[first] == '-';
  return sign && field.find_first_not_of("+-0123456789 .()/", first) != std::string_view::npos;
}

std::string as_csv_field(std::string_view text) {
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field.push_back(c);
    field.push_back(c);
  }
  field.push_back('"');
  return field;
}

// Of a line without an end in sight the beginning is kept and the rest passed over.
bool csv_reader::read_line(std::string& line) {
  line.clear();
  if (!in_.good()) return false;
  for (bool more = true; more;) {
    in_.getline(piece_.data(), piece_.size());
    if (in_.bad()) return false;
    const auto taken = static_cast<std::size_t>(in_.gcount());
    octets_ += taken;
    more = in_.fail() && !in_.eof();  // it is longer than a piece
    if (line.size() <= longest_row) line.append(piece_.data(), in_.good() ? taken - 1 : taken);
    if (more) in_.clear();
  }
  if (in_.eof() && line.empty()) return false;
  ++line_;
  return true;
}

std::optional<csv_row> csv_reader::next() {
  csv_row row;
  std::string line;
  do {
    if (!read_line(line)) return std::nullopt;
  } while (without_carriage_return(line).empty());
  row.line = line_;
  row.ended = !in_.eof();
  if (line.size() > longest_row) {
    row.wrong = "it is longer than " + std::to_string(longest_row) + " octets";
    row.kind = "too_long";
    row.raw = std::move(line);
    cut(row.raw, shown_of_too_long);
    return row;
  }
  if (is_plain(without_carriage_return(line))) {
    row.raw = std::move(line);
    if (row.raw.ends_with('\r')) row.raw.pop_back();
    row.fields.reserve(width_);
    split_plain(row);
    width_ = row.fields.size();
    return row;
  }
  row.raw = line;
  splitter fields(row);
  if (fields.add(without_carriage_return(line))) {
    row.raw = without_carriage_return(line);
    return row;
  }

  // The quote goes on over the line's end, which belongs to the field as it is.
  const std::streampos after_first = in_.eof() ? std::streampos(-1) : in_.tellg();
  const std::uint64_t octets = octets_;
  if (row.raw.ends_with('\r')) fields.add("\r");
  while (row.raw.size() <= longest_row && read_line(line)) {
    row.raw += '\n' + line;
    fields.add_line_end();
    if (!fields.add(without_carriage_return(line))) {
      if (line.ends_with('\r')) fields.add("\r");
      continue;
    }
    if (!row.wrong.empty()) break;  // the quote that closed it belongs to another row
    if (line.ends_with('\r')) row.raw.pop_back();
    row.ended = !in_.eof();
    return row;
  }
  return give_up(std::move(row), after_first, octets);
}

csv_row csv_reader::give_up(csv_row row, std::streampos after_first, std::uint64_t octets) {
  row.wrong = "a quote is opened and never closed";
  row.kind = "unclosed_quote";
  row.raw = without_carriage_return(std::string_view(row.raw).substr(0, row.raw.find('\n')));
  if (in_.bad()) return row;
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
