#include "store/import.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>

#include "store/csv.h"
#include "store/utf8.h"

namespace store {
namespace {

constexpr std::size_t rows_together = 5000;
constexpr std::size_t octets_together = std::size_t{4} << 20U;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The line with the first octets that are not UTF-8, or 0.
std::uint64_t first_line_not_utf8(std::istream& csv) {
  utf8_checker checker;
  std::uint64_t line = 1;
  std::vector<char> piece(std::size_t{64} * 1024);
  while (csv.read(piece.data(), static_cast<std::streamsize>(piece.size())) || csv.gcount() > 0) {
    for (std::streamsize i = 0; i < csv.gcount(); ++i) {
      const char c = piece[static_cast<std::size_t>(i)];
      if (!checker.feed(static_cast<std::uint8_t>(c))) return line;
      if (c == '\n') ++line;
    }
  }
  return checker.complete() ? 0 : line;
}

void rewind_to_text(std::istream& csv) {
  csv.clear();
  csv.seekg(0);
  std::string start(byte_order_mark.size(), '\0');
  csv.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start == byte_order_mark) return;
  csv.clear();
  csv.seekg(0);
}

using columns = std::vector<std::string entry::*>;

std::variant<columns, failure> read_header(const std::optional<csv_row>& header) {
  if (!header) return failure{"the file is empty: its first line must name the fields, such as number,event,scope"};
  if (!header->wrong.empty()) return failure{"the header is no row of CSV: " + header->wrong};
  columns found;
  std::set<std::string> seen;
  for (const std::string& name : header->fields) {
    const auto field = std::ranges::find(entry_fields(), name, &store::field::name);
    if (field == entry_fields().end()) {
      std::string known;
      for (const auto& f : entry_fields())
        known += (known.empty() ? "" : ", ") + std::string(f.name);
      return failure{"the header names an unknown field `" + name + "`; the fields are " + known};
    }
    if (!seen.insert(name).second) return failure{"the header names the field `" + name + "` twice"};
    found.push_back(field->member);
  }
  for (const char* needed : {"number", "event", "scope"}) {
    if (!seen.contains(needed)) return failure{"the header lacks the field `" + std::string(needed) + "`"};
  }
  return found;
}

class importer {
 public:
  importer(std::istream& csv, consent_store& into, const import_options& o, import_progress& progress)
      : csv_(csv), store_(into), options_(o), progress_(progress) {}

  std::optional<failure> run() {
    if (const std::uint64_t line = first_line_not_utf8(csv_); line != 0) {
      return failure{"line " + std::to_string(line) + " is not UTF-8: save the file as UTF-8; nothing was stored"};
    }
    if (csv_.bad()) return failure{"the file cannot be read to its end; nothing was stored"};
    rewind_to_text(csv_);
    csv_reader reader(csv_);
    auto header = read_header(reader.next());
    if (const auto* why = std::get_if<failure>(&header)) return failure{why->message + "; nothing was stored"};
    columns_ = std::get<columns>(std::move(header));
    while (const std::optional<csv_row> row = reader.next()) {
      ++progress_.rows;
      progress_.octets_read = reader.octets_read();
      take(*row);
      if (batch_.size() >= rows_together || batch_octets_ >= octets_together) {
        if (auto why = hand_in()) return why;
      }
    }
    if (auto why = hand_in()) return why;
    if (auto why = settle()) return why;
    if (!csv_.bad()) return std::nullopt;
    return failure{"the file cannot be read beyond row " + std::to_string(progress_.rows.load()) +
                   "; the rows before it are in: import it again once it can be, they are recognised"};
  }

 private:
  void take(const csv_row& row) {
    if (!row.wrong.empty()) return refuse(row, {{"row", row.wrong}});
    if (row.fields.size() != columns_.size()) {
      return refuse(row, {{"row", "it has " + std::to_string(row.fields.size()) + " fields, the header has " +
                                      std::to_string(columns_.size())}});
    }
    entry e;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      e.*columns_[i] = row.fields[i];
    auto checked = check(e, options_.plan, now());
    if (auto* reasons = std::get_if<std::vector<refusal>>(&checked)) return refuse(row, std::move(*reasons));
    event made = std::get<event>(std::move(checked));
    warn(row.line, made.scope);
    if (options_.dry_run) {
      ++progress_.taken;
      return;
    }
    made.identity = digest(e);
    made.actor = options_.actor;
    if (batch_.empty()) first_line_ = row.line;
    batch_.push_back(std::move(made));
    batch_octets_ += row.raw.size();
  }

  void refuse(const csv_row& row, std::vector<refusal> reasons) {
    ++progress_.refused;
    if (options_.on_refused) options_.on_refused({row.line, row.raw, std::move(reasons)});
  }

  void warn(std::uint64_t line, const scope& s) {
    if (!options_.is_configured || !options_.on_warning || !warned_.insert(to_string(s)).second) return;
    if (!options_.is_configured(s)) {
      options_.on_warning(line, "line " + std::to_string(line) + ": " + to_string(s) + " is not in the configuration");
    }
  }

  // One batch is written while the next is read.
  std::optional<failure> hand_in() {
    if (batch_.empty()) return std::nullopt;
    if (auto why = settle()) return why;
    auto promise = std::make_shared<std::promise<outcome>>();
    written_ = promise->get_future();
    written_line_ = first_line_;
    store_.record(std::move(batch_), [promise](outcome o) { promise->set_value(std::move(o)); });
    batch_.clear();
    batch_octets_ = 0;
    return std::nullopt;
  }

  std::optional<failure> settle() {
    if (!written_.valid()) return std::nullopt;
    const outcome o = written_.get();
    if (const auto* why = std::get_if<failure>(&o)) {
      return failure{"the store took no events from line " + std::to_string(written_line_) + " on: " + why->message +
                     "; import the file again once it does: rows that are in are recognised"};
    }
    for (const recorded& r : std::get<std::vector<recorded>>(o))
      ++(r.already_known ? progress_.unchanged : progress_.taken);
    return std::nullopt;
  }

  std::istream& csv_;
  consent_store& store_;
  const import_options& options_;
  import_progress& progress_;
  columns columns_;
  std::vector<event> batch_;
  std::size_t batch_octets_ = 0;
  std::uint64_t first_line_ = 0;
  std::future<outcome> written_;
  std::uint64_t written_line_ = 0;
  std::set<std::string> warned_;
};

}  // namespace

std::optional<failure> import_csv(std::istream& csv, consent_store& into, const import_options& o,
                                  import_progress& progress) {
  return importer(csv, into, o, progress).run();
}

}  // namespace store
