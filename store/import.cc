#include "store/import.h"

#include <algorithm>
#include <future>

#include "store/masked_row.h"
#include "store/telling_digits.h"
#include "store/utf8.h"

namespace store {
namespace {

constexpr std::size_t rows_together = 65536;  // read before they are handed in
constexpr std::size_t octets_together = std::size_t{32} << 20U;
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
struct window {
  struct row {
    counted_row counted;
    std::optional<consent_store::arrival> opt_in;
  };
  std::vector<row> rows;
  std::shared_ptr<import_batch> ready = std::make_shared<import_batch>();
  std::vector<seen_rows::identity> identities;  // of a dry run, instead
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
    while (std::optional<csv_row> row = reader.next()) {
      ++progress_.rows;
      progress_.octets_read = reader.octets_read();
      take(*row);
      if (!row->ended && row->wrong.empty())
        warn("line " + std::to_string(row->line) +
                 ": the file ends without a line's end: was it cut? Then its last row may not be whole",
             row->line);
      if (waiting_.rows.size() >= rows_together || waiting_.octets >= octets_together) {
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

  void take(csv_row& row) {
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
      e.*header_.columns[i] = header_.has_reason ? as_it_was_sent(row.fields[i]) : std::move(row.fields[i]);
    auto checked = options_.kind == import_kind::events ? check(e, options_.plan, now())
                                                        : check_reassigned(e, options_.plan, now());
    if (auto* reasons = std::get_if<std::vector<refusal>>(&checked)) return refuse(row, e, std::move(*reasons));
    event& made = std::get<event>(checked);
    made.identity = digest(e);
    made.actor = tells(options_.actor, made.who) ? "import" : options_.actor;  // it stays when the person is erased
    if (made.kind == event_kind::reassigned) made.reason = options_.reason;
    wait(row, e, made);
  }

  void wait(const csv_row& row, const entry& e, event& made) {
    const scope_rules rules = rules_of(made.scope);
    if (!rules.is_configured) note_scope(row.line, made.scope);
    if (waiting_.rows.empty()) waiting_.first_line = row.line;
    window::row& r = waiting_.rows.emplace_back(window::row{counted(e), std::nullopt});
    r.counted.kind = made.kind;
    if (made.kind == event_kind::opt_in) r.opt_in = store_.arrival_of(made, rules.group, rules.life);
    waiting_.octets += row.raw.size();
    if (options_.dry_run)
      waiting_.identities.push_back(made.identity);
    else
      store_.make_ready(std::move(made), *waiting_.ready);
  }

  void refuse(const csv_row& row, const entry& e, std::vector<refusal> reasons) {
    ++progress_.refused;
    progress_.figures.count(counted(e), row_verdict::refused);
    progress_.figures.count(reasons);
    if (!options_.on_refused) return;
    refused_row refused{row.line, row.raw, std::move(reasons)};
    options_.on_refused(options_.mask_refused ? masked(std::move(refused), header_, options_.plan) : refused);
  }

  scope_rules rules_of(const scope& s) const { return options_.rules_of ? options_.rules_of(s) : scope_rules{}; }

  void note_scope(std::uint64_t line, const scope& s) {
    const std::size_t known = progress_.figures.scopes_not_configured.size();
    progress_.figures.count_not_configured(s);
    if (progress_.figures.scopes_not_configured.size() > known)
      warn("line " + std::to_string(line) + ": " + to_string(s) + " is not in the configuration", line);
  }

  void warn(std::string text, std::uint64_t line) {
    if (options_.on_warning) options_.on_warning(line, std::move(text));
  }

  // While these are written the next are read.
  std::optional<failure> hand_in() {
    if (waiting_.rows.empty()) return std::nullopt;
    if (waiting_.rows.size() >= rows_together) waiting_.ready->sort_by_number();
    if (auto why = settle()) return why;
    const instant at = now();
    for (window::row& r : waiting_.rows)
      if (r.opt_in) r.counted.amounts_to = store_.judge(*r.opt_in, at);
    written_ = std::exchange(waiting_, {});
    if (options_.dry_run) return foresee();
    for (std::size_t first = 0; first < written_.ready->size();) {
      import_slice s = slice(written_.ready, first);
      first += s.rows.size();
      auto promise = std::make_shared<std::promise<std::optional<failure>>>();
      outcomes_.emplace_back(s.rows, promise->get_future());
      store_.record(std::move(s), [promise](std::optional<failure> why) { promise->set_value(std::move(why)); });
    }
    return std::nullopt;
  }

  std::optional<failure> settle() {
    std::optional<failure> failed;
    for (auto& [rows, outcome] : std::exchange(outcomes_, {})) {
      auto why = outcome.get();
      if (!failed) failed = std::move(why);
      if (failed) continue;
      for (const import_row& r : rows)
        count(written_.rows[r.place].counted, r.already_known, r.what.sequence > newest_before_);
    }
    if (!failed) return std::nullopt;
    return failure{"the store took not all events from line " + std::to_string(written_.first_line) +
                   " on: " + failed->message + "; import the file again once it does: rows that are in are recognised"};
  }

  // What recording the batch would do.
  std::optional<failure> foresee() {
    const std::vector<seen_rows::identity>& identities = written_.identities;
    const auto known = store_.are_recorded(identities);
    if (const auto* why = std::get_if<failure>(&known)) return failure{"the store cannot be read: " + why->message};
    for (std::size_t i = 0; i < identities.size(); ++i) {
      const bool before = std::get<std::vector<bool>>(known)[i];
      const bool twice = !before && seen_.contains(identities[i]);
      count(written_.rows[i].counted, before || twice, twice);
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
  window waiting_;
  window written_;
  // Of the slices of what is being written.
  std::vector<std::pair<std::span<const import_row>, std::future<std::optional<failure>>>> outcomes_;
  seen_rows seen_;
};

}  // namespace

std::optional<failure> import_csv(std::istream& csv, consent_store& into, const import_options& o,
                                  import_progress& progress) {
  return importer(csv, into, o, progress).run();
}

}  // namespace store
