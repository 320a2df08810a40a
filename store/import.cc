#include "store/import.h"

#include <algorithm>
#include <future>

#include "store/telling_digits.h"
#include "store/utf8.h"

namespace store {
namespace {

constexpr std::size_t rows_together = 20000;
constexpr std::size_t octets_together = std::size_t{16} << 20U;
constexpr std::size_t longest_counted_source = 4096;

failure nothing_stored(const failure& why) {
  return {why.message + "; nothing was stored"};
}

// A row that is refused is counted under the source it names, whatever else is wrong with it.
counted_row counted(const entry& e) {
  counted_row r;
  if (e.source.size() <= longest_counted_source && is_utf8(e.source)) r.source = e.source;
  if (read_source_kind(e.source_kind)) r.source_kind = e.source_kind;
  return r;
}

// Rows that wait to be recorded together.
struct batch {
  std::vector<event> events;
  std::vector<counted_row> rows;
  std::size_t octets = 0;
  std::uint64_t first_line = 0;
};

class importer {
 public:
  importer(std::istream& csv, consent_store& into, const import_options& o, import_progress& progress)
      : csv_(csv), store_(into), options_(o), progress_(progress), newest_before_(into.stats().ledger_events) {}

  std::optional<failure> run() {
    if (const auto why = check_encoding(csv_)) return nothing_stored(*why);
    const bool has_mark = rewind_to_text(csv_);
    csv_reader reader(csv_);
    const auto first = reader.next();
    auto header = read_header(first, columns());
    if (const auto* why = std::get_if<failure>(&header)) return nothing_stored(*why);
    header_ = std::get<import_header>(std::move(header));
    progress_.header = std::string(has_mark ? byte_order_mark : "") + first->raw;
    while (const std::optional<csv_row> row = reader.next()) {
      ++progress_.rows;
      progress_.octets_read = reader.octets_read();
      take(*row);
      if (!row->ended && row->wrong.empty())
        warn("line " + std::to_string(row->line) +
                 ": the file ends without a line's end: was it cut? Then its last row may not be whole",
             row->line);
      if (waiting_.events.size() >= rows_together || waiting_.octets >= octets_together) {
        if (auto why = hand_in()) return why;
      }
    }
    if (auto why = hand_in()) return why;
    if (auto why = settle()) return why;
    progress_.figures.duplicates_are_exact = seen_.is_exact();
    if (!csv_.bad()) return std::nullopt;
    return failure{"the file cannot be read beyond row " + std::to_string(progress_.rows.load()) +
                   "; the rows before it are in: import it again once it can be, they are recognised"};
  }

 private:
  const import_columns& columns() const {
    return options_.kind == import_kind::events ? columns_of_events() : columns_of_reassigned();
  }

  void take(const csv_row& row) {
    entry e;
    if (!row.wrong.empty()) return refuse(row, e, {{"row", row.wrong, std::string(row.kind)}});
    if (row.fields.size() != header_.width()) {
      return refuse(row, e,
                    {{"row",
                      "it has " + std::to_string(row.fields.size()) + " fields, the header has " +
                          std::to_string(header_.width()),
                      "field_count"}});
    }
    for (std::size_t i = 0; i < header_.columns.size(); ++i)
      e.*header_.columns[i] = header_.has_reason ? as_it_was_sent(row.fields[i]) : row.fields[i];
    auto checked = options_.kind == import_kind::events ? check(e, options_.plan, now())
                                                        : check_reassigned(e, options_.plan, now());
    if (auto* reasons = std::get_if<std::vector<refusal>>(&checked)) return refuse(row, e, std::move(*reasons));
    event made = std::get<event>(std::move(checked));
    note_scope(row.line, made.scope);
    made.identity = digest(e);
    made.actor = tells(options_.actor, made.who) ? "import" : options_.actor;  // it stays when the person is erased
    if (made.kind == event_kind::reassigned) made.reason = options_.reason;
    counted_row c = counted(e);
    c.kind = made.kind;
    if (waiting_.events.empty()) waiting_.first_line = row.line;
    waiting_.events.push_back(std::move(made));
    waiting_.rows.push_back(std::move(c));
    waiting_.octets += row.raw.size();
  }

  void refuse(const csv_row& row, const entry& e, std::vector<refusal> reasons) {
    ++progress_.refused;
    progress_.figures.count(counted(e), row_verdict::refused);
    progress_.figures.count(reasons);
    if (options_.on_refused) options_.on_refused({row.line, row.raw, std::move(reasons)});
  }

  scope_rules rules_of(const scope& s) const { return options_.rules_of ? options_.rules_of(s) : scope_rules{}; }

  void note_scope(std::uint64_t line, const scope& s) {
    if (rules_of(s).is_configured) return;
    const std::size_t known = progress_.figures.scopes_not_configured.size();
    progress_.figures.count_not_configured(s);
    if (progress_.figures.scopes_not_configured.size() > known)
      warn("line " + std::to_string(line) + ": " + to_string(s) + " is not in the configuration", line);
  }

  void warn(std::string text, std::uint64_t line) {
    if (options_.on_warning) options_.on_warning(line, std::move(text));
  }

  // One batch is written while the next is read.
  std::optional<failure> hand_in() {
    if (waiting_.events.empty()) return std::nullopt;
    if (auto why = settle()) return why;
    const instant at = now();
    for (std::size_t i = 0; i < waiting_.events.size(); ++i) {
      const event& e = waiting_.events[i];
      if (e.kind != event_kind::opt_in) continue;
      const scope_rules rules = rules_of(e.scope);
      waiting_.rows[i].amounts_to = store_.judge_arrival(e, rules.group, rules.life, at);
    }
    written_ = std::move(waiting_);
    waiting_ = {};
    if (options_.dry_run) return foresee();
    auto promise = std::make_shared<std::promise<outcome>>();
    outcome_ = promise->get_future();
    store_.record(std::move(written_.events), [promise](outcome o) { promise->set_value(std::move(o)); });
    return std::nullopt;
  }

  std::optional<failure> settle() {
    if (!outcome_.valid()) return std::nullopt;
    const outcome o = outcome_.get();
    if (const auto* why = std::get_if<failure>(&o)) {
      return failure{"the store took no events from line " + std::to_string(written_.first_line) +
                     " on: " + why->message + "; import the file again once it does: rows that are in are recognised"};
    }
    const auto& places = std::get<std::vector<recorded>>(o);
    for (std::size_t i = 0; i < places.size(); ++i)
      count(written_.rows[i], places[i].already_known, places[i].sequence > newest_before_);
    return std::nullopt;
  }

  // What recording the batch would do.
  std::optional<failure> foresee() {
    std::vector<seen_rows::identity> identities;
    for (const event& e : written_.events)
      identities.push_back(e.identity);
    const auto known = store_.are_recorded(identities);
    if (const auto* why = std::get_if<failure>(&known)) return failure{"the store cannot be read: " + why->message};
    for (std::size_t i = 0; i < identities.size(); ++i) {
      const bool before = std::get<std::vector<bool>>(known)[i];
      const bool twice = !before && seen_.contains(identities[i]);
      count(written_.rows[i], before || twice, twice);
      if (!before && !twice) seen_.add(identities[i]);
    }
    return std::nullopt;
  }

  void count(const counted_row& r, bool known, bool since_the_start) {
    ++(known ? progress_.unchanged : progress_.taken);
    progress_.figures.count(r, known ? row_verdict::unchanged : row_verdict::taken);
    if (known && since_the_start) ++progress_.figures.duplicates;
  }

  std::istream& csv_;
  consent_store& store_;
  const import_options& options_;
  import_progress& progress_;
  const std::uint64_t newest_before_;  // what is known and came later is a row of this file
  import_header header_;
  batch waiting_;
  batch written_;
  std::future<outcome> outcome_;  // of the batch that is being written
  seen_rows seen_;
};

}  // namespace

std::optional<failure> import_csv(std::istream& csv, consent_store& into, const import_options& o,
                                  import_progress& progress) {
  return importer(csv, into, o, progress).run();
}

}  // namespace store
