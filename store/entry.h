// The door of the ledger: what people enter (a CSV row, a JSON object, command line options), checked and made into an
// event.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "store/event.h"

namespace store {

// The fields as they were written; empty means not given.
struct entry {
  std::string number, event, scope, occurred_at, method, source, source_kind, collector, evidence, evidence_sha256,
      wording, expires_at;
};

struct field {
  std::string_view name;
  std::string entry::* member;
};
// Every field of an entry by its name, in the order of the documentation.
const std::vector<field>& entry_fields();

// One reason why an entry is refused: which field, what is wrong, what would be right; and what kind of wrong it is, to
// count by: missing, unreadable, unknown, future, not_asked (scraped), gate_only, not_for_opt_in, ends_before_start,
// too_long, not_utf8, control_character; of a row that is none: field_count, unclosed_quote, misplaced_quote, too_long.
struct refusal {
  std::string field;
  std::string message;
  std::string kind{};
};

// The event, its times settled (a date alone is the earliest instant for an opt-in and the latest for an opt-out; an
// opt-out without a time or with one in the future counts from `now`), or every reason why not. Never makes an event
// that claims mo_keyword, double_opt_in or carrier.
std::variant<event, std::vector<refusal>> check(const entry& e, const numbering_plan& plan, instant now);

// The same for a row of a registry of numbers that went to other persons: number, occurred_at (a date alone is its last
// instant, at most `now`; not in the future), source and evidence. Its event may be left out or is `reassigned`.
std::variant<event, std::vector<refusal>> check_reassigned(const entry& e, const numbering_plan& plan, instant now);

// The identity of an entry: a digest of its fields as written.
std::array<std::uint8_t, 16> digest(const entry& e);

}  // namespace store
