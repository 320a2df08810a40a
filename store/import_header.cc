#include "store/import_header.h"

#include <algorithm>
#include <set>
#include <utility>

#include "store/utf8.h"

namespace store {
namespace {

bool is_utf16(std::string_view start) {
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) return true;
  // A header in UTF-16 without a mark: every other octet is zero.
  return start.size() >= 4 && ((start[0] == 0 && start[2] == 0) || (start[1] == 0 && start[3] == 0));
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names)
    text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// As it would be spelt here: " Occurred At" is occurred_at.
std::string folded(std::string_view name) {
  while (name.starts_with(' '))
    name.remove_prefix(1);
  while (name.ends_with(' '))
    name.remove_suffix(1);
  std::string text(name);
  for (char& c : text) {
    if (c == ' ' || c == '-' || c == '.') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

failure unknown_field(const std::string& name, const import_columns& c) {
  std::string text = "the header names an unknown field `" + name + "`";
  if (name == reason_column) return {text + ": it is passed over only as the last column, once"};
  if (const std::string right = folded(name); right != name && contains(c.known, right))
    return {text + ": write it `" + right + "`"};
  return {text + "; the fields are " + joined(c.known)};
}

// A header that is one field only because something else than a comma separates its names.
std::optional<failure> wrong_separator(const csv_row& header) {
  if (header.fields.size() != 1) return std::nullopt;
  for (const auto& [separator, name] : {std::pair(';', "semicolons"), std::pair('\t', "tabs"), std::pair('|', "bars")})
    if (header.fields.front().find(separator) != std::string::npos)
      return failure{"the header's names are separated by " + std::string(name) +
                     ": save the file with commas between the fields"};
  return std::nullopt;
}

}  // namespace

namespace {

// What a file is found to be, piece by piece.
class encoding {
 public:
  // False when an octet cannot stand where it does: in this line.
  bool add(std::string_view octets) {
    for (std::size_t at = 0; at < octets.size();) {
      const std::size_t ascii = checker_.complete() ? ascii_prefix(octets.substr(at)) : 0;
      note_lines(octets.substr(at, ascii));
      at += ascii;
      if (at == octets.size()) break;
      if (!checker_.feed(static_cast<std::uint8_t>(octets[at]))) return false;
      note_lines(octets.substr(at++, 1));
    }
    return true;
  }
  bool complete() const { return checker_.complete(); }
  std::uint64_t line() const { return line_; }
  // Its lines end with carriage returns alone.
  bool has_lone_returns() const { return line_ == 1 && lone_return_; }

 private:
  // Returns matter only as long as no line has ended.
  void note_lines(std::string_view octets) {
    for (; line_ == 1 && !octets.empty(); octets.remove_prefix(1)) {
      if (after_return_ && octets.front() != '\n') lone_return_ = true;
      after_return_ = octets.front() == '\r';
      if (octets.front() == '\n') ++line_;
    }
    for (std::size_t at = octets.find('\n'); at != std::string_view::npos; at = octets.find('\n', at + 1))
      ++line_;
  }

  utf8_checker checker_;
  std::uint64_t line_ = 1;
  bool after_return_ = false;
  bool lone_return_ = false;
};

}  // namespace

std::optional<failure> check_encoding(std::istream& csv) {
  encoding found;
  bool at_start = true;
  std::vector<char> piece(std::size_t{64} * 1024);
  while (csv.read(piece.data(), static_cast<std::streamsize>(piece.size())) || csv.gcount() > 0) {
    const std::string_view octets(piece.data(), static_cast<std::size_t>(csv.gcount()));
    if (std::exchange(at_start, false) && is_utf16(octets)) return failure{"the file is UTF-16: save it as UTF-8"};
    if (!found.add(octets))
      return failure{"line " + std::to_string(found.line()) + " is not UTF-8: save the file as UTF-8"};
  }
  if (csv.bad()) return failure{"the file cannot be read to its end"};
  if (!found.complete())
    return failure{"line " + std::to_string(found.line()) +
                   " is not UTF-8: the file ends within a character; was it cut? save it as UTF-8"};
  if (found.has_lone_returns())
    return failure{"its lines end with a carriage return alone: save the file with LF or CRLF at the end of each line"};
  return std::nullopt;
}

bool rewind_to_text(std::istream& csv) {
  csv.clear();
  csv.seekg(0);
  std::string start(byte_order_mark.size(), '\0');
  csv.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start == byte_order_mark) return true;
  csv.clear();
  csv.seekg(0);
  return false;
}

const import_columns& columns_of_events() {
  static const import_columns columns = [] {
    import_columns all{{}, {"number", "event", "scope"}};
    for (const field& f : entry_fields())
      all.known.push_back(f.name);
    return all;
  }();
  return columns;
}

const import_columns& columns_of_reassigned() {
  static const import_columns columns{{"number", "event", "occurred_at", "source", "evidence"},
                                      {"number", "occurred_at"}};
  return columns;
}

std::variant<import_header, failure> read_header(const std::optional<csv_row>& first, const import_columns& c) {
  if (!first) return failure{"the file is empty: its first line must name the fields, such as " + joined(c.needed)};
  if (!first->wrong.empty()) return failure{"the header is no row of CSV: " + first->wrong};
  if (auto why = wrong_separator(*first)) return *why;
  import_header found;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < first->fields.size(); ++i) {
    const std::string& name = first->fields[i];
    if (name == reason_column && i > 0 && i + 1 == first->fields.size()) {
      found.has_reason = true;
      continue;
    }
    const auto known = std::ranges::find(entry_fields(), name, &field::name);
    if (known == entry_fields().end() || !contains(c.known, name)) return unknown_field(name, c);
    if (!seen.insert(name).second) return failure{"the header names the field `" + name + "` twice"};
    found.columns.push_back(known->member);
  }
  for (const std::string_view needed : c.needed) {
    if (!seen.contains(std::string(needed))) return failure{"the header lacks the field `" + std::string(needed) + "`"};
  }
  return found;
}

}  // namespace store
