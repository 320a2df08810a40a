// What the ledger holds: one thing that a person, or the operator, did about consent.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "store/instant.h"
#include "store/number.h"

namespace store {

// The stored values: never renumber.
enum class event_kind : std::uint8_t {
  opt_in = 1,
  opt_out = 2,
  recall = 3,
  reassigned = 4,
  correction = 5,
  erasure = 6
};

enum class scope_kind : std::uint8_t { all = 0, group = 1, sender = 2 };

// Whom the event concerns: "all", "group:NAME", "sender:NAME".
struct scope {
  scope_kind kind = scope_kind::all;
  std::string name;
  bool operator==(const scope&) const = default;
};

enum class consent_method : std::uint8_t {
  none = 0,
  // entered by operators
  web_form = 1,
  paper = 2,
  call = 3,
  point_of_sale = 4,
  sale = 5,
  api = 6,
  letter = 7,    // opt-outs only
  registry = 8,  // opt-outs only
  // written by the gate alone, from a PDU
  mo_keyword = 9,
  double_opt_in = 10,
  carrier = 11,
};

enum class source_kind : std::uint8_t { none = 0, own_form = 1, partner = 2, broker = 3, scraped = 4 };

// True for what the gate itself makes from a PDU of the person (or of the carrier); nothing else lifts an opt-out.
constexpr bool made_by_gate(consent_method m) {
  return m >= consent_method::mo_keyword;
}

// Time-ordered and globally unique: a UUID version 7 (RFC 9562).
using event_id = std::array<std::uint8_t, 16>;

struct event {
  event_id id{};               // given by the store
  std::uint64_t sequence = 0;  // the place in this ledger, from 1; given by the store
  instant recorded_at{};       // given by the store
  std::string actor;           // "gate", a token's name, "import:JOB"
  std::string approved_by;     // a correction: the second person, when two are needed
  number who;                  // zero for a recall, and for the correction of one
  std::string number_as_received;
  event_kind kind = event_kind::opt_in;
  store::scope scope;
  instant occurred_at{};
  consent_method method = consent_method::none;
  std::string source;
  store::source_kind source_kind = store::source_kind::none;
  std::string collector;
  std::string evidence;         // a reference to the proof; for what the gate makes, a JSON object
  std::string evidence_sha256;  // hexadecimal, or empty
  std::string wording;
  std::optional<instant> expires_at;
  std::string reason;                // of what an operator did: recall, reassigned, correction, erasure
  std::optional<event_id> corrects;  // a correction: the event that counts no more
  std::uint64_t erased_by = 0;       // the erasure that removed the number and the texts; 0: they are here

  // Of an imported row: its digest, by which it is the same as one recorded before. All zero for what else is recorded.
  std::array<std::uint8_t, 16> identity{};
};

// The names of interface: "opt_in", "web_form", "own_form", "group:dse". Reading returns nothing for any other text.
std::string_view name(event_kind k);
std::string_view name(consent_method m);  // empty for none
std::string_view name(source_kind k);     // empty for none
std::string to_string(const scope& s);
std::string to_string(const event_id& id);  // 8-4-4-4-12
std::optional<event_kind> read_event_kind(std::string_view text);
std::optional<consent_method> read_method(std::string_view text);
std::optional<source_kind> read_source_kind(std::string_view text);
std::optional<scope> read_scope(std::string_view text);
std::optional<event_id> read_event_id(std::string_view text);

}  // namespace store
