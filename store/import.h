// A CSV file of consent events into the store: streamed, checked row by row, restartable.
#pragma once

#include <atomic>
#include <istream>

#include "store/consent_store.h"
#include "store/import_figures.h"
#include "store/rejects.h"

namespace store {

struct import_progress {
  std::atomic<std::uint64_t> octets_read{0};
  std::atomic<std::uint64_t> rows{0};       // read so far, header not counted
  std::atomic<std::uint64_t> taken{0};      // recorded now
  std::atomic<std::uint64_t> unchanged{0};  // recorded before
  std::atomic<std::uint64_t> refused{0};

  // For who called import_csv alone, once it has returned.
  import_figures figures;
  std::string header;  // the file's first line as it was, its byte order mark included; empty when it has none
};

enum class import_kind {
  events,     // opt-ins and opt-outs
  reassigned  // a registry of numbers that went to other persons
};

// What the configuration knows of a scope.
struct scope_rules {
  bool is_configured = true;
  std::string group;            // of a sender
  std::chrono::months life{0};  // of an opt-in for it
};

struct import_options {
  numbering_plan plan;
  std::string actor;
  import_kind kind = import_kind::events;
  std::string reason;                                               // of reassignments, for the ledger
  bool dry_run = false;                                             // check every row, record nothing
  std::function<void(const refused_row&)> on_refused;               // in the order of the file
  bool mask_refused = false;                                        // they are told without numbers (masked_row.h)
  std::function<void(std::uint64_t line, std::string)> on_warning;  // what may be a slip of the pen
  std::function<scope_rules(const scope&)> rules_of;                // may be empty: every scope is configured
};

// The header line and the encoding of the whole file are checked before anything is stored. A failure means nothing was
// stored, unless it says that the store stopped taking events, which names the line from which on; the file can be
// imported again: rows that are in are recognised.
std::optional<failure> import_csv(std::istream& csv, consent_store& into, const import_options& o,
                                  import_progress& progress);

}  // namespace store
